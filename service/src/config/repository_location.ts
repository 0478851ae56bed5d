import {posix} from 'node:path';
import {z} from 'zod';
import {Failure} from '../kernel/failure.ts';

/** restic gives the host of `sftp:` to ssh and the remote of `rclone:` to rclone, where a leading hyphen makes an option of it: `sftp:-oProxyCommand=…`. */
const OPTION_WITHIN = /^(sftp:(\/\/)?([^/]*@)?-|sftp:(\/\/)?-|rclone:-)/i;

/** Where a repository is, as restic understands it. */
export const RepositoryLocation = z
  .string()
  .min(1, 'must not be empty')
  .refine((location) => !location.startsWith('-'), 'begins with a hyphen; write a path from its root, or as ./-…')
  .refine(
    (location) => !OPTION_WITHIN.test(location),
    'names a host, user or remote that begins with a hyphen, which ssh or rclone would take for an option',
  )
  .refine((location) => !location.includes('\0'), 'holds a NUL character');

/** As typed for `--repository`. @throws Failure USAGE_INVALID */
export function requireLocation(location: string): void {
  const problem = RepositoryLocation.safeParse(location).error?.issues[0];
  if (problem) {
    throw new Failure('USAGE_INVALID', `--repository ${problem.message}.`);
  }
}

/**
 * The same for a call without a configuration. A remote of rclone may itself hold a command (`rclone::sftp,ssh=…:`): it is
 * taken from the configuration only, which has a trusted owner.
 * @throws Failure USAGE_INVALID
 */
export function requireSafeLocation(location: string): void {
  requireLocation(location);
  if (/^rclone:/i.test(location)) {
    throw new Failure('USAGE_INVALID', '--repository is not taken from rclone: its remotes may run programs.', {
      remedy:
        'Start `rclone serve restic REMOTE:PATH --addr 127.0.0.1:8080` and give `rest:http://127.0.0.1:8080/`, or write the location into a configuration, as the url of a repository, and name that with --config.',
    });
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {http: '80', https: '443'};

/**
 * Two locations with the same text here are one place, however they were written: credentials, default ports, the case of
 * hosts and slashes at the end do not make another. A directory is given as its path; links are not followed.
 */
export function placeOf(location: string): string {
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):(.*)$/is.exec(location) ?? ['', '', location];
  const engine = scheme.toLowerCase();
  switch (engine) {
    case '':
    case 'local':
      return tidy(rest);
    case 's3':
    case 'rest':
      return `${engine}:${overHttp(rest)}`;
    case 'sftp':
      return `${engine}:${overSsh(rest)}`;
    default:
      return `${engine}:${tidy(rest)}`;
  }
}

const tidy = (path: string): string => posix.normalize(path || '/').replace(/(?<=.)\/+$/, '');

/** `https://user:password@Host:443/path/` and `host/path` are one. */
function overHttp(url: string): string {
  const [, scheme = 'https', authority = '', path = ''] = /^(?:(https?):)?(?:\/\/)?([^/]*)(.*)$/is.exec(url) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const port = `:${DEFAULT_PORTS[scheme.toLowerCase()] ?? ''}`;
  return `${host.endsWith(port) ? host.slice(0, -port.length) : host}${tidy(path)}`;
}

/** `user@host:path`, or `//user@host:22/path`. A path from the root is the same for every user, one from home is not. */
function overSsh(rest: string): string {
  const [, user = '', host = '', port = '22', path = ''] =
    /^\/\/(?:([^@/]*)@)?([^/:]*)(?::(\d+))?\/(.*)$/s.exec(rest) ?? /^(?:([^@:]*)@)?([^:]*)():?(.*)$/s.exec(rest) ?? [];
  const home = path.startsWith('/') ? '' : `${user}@`;
  return `${home}${host.toLowerCase()}${['', '22'].includes(port) ? '' : `:${port}`}:${tidy(path || '.')}`;
}
