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
        'Start `rclone serve restic REMOTE:PATH --addr 127.0.0.1:8080` and give `rest:http://127.0.0.1:8080/`, or write the location into a configuration as repository.url and name that with --config.',
    });
  }
}
