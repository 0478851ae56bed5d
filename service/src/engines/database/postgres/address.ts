import {parse} from 'pg-connection-string';
import {Failure} from '../../../kernel/failure.ts';

export type Host = {host: string; port: number};

/** libpq's target_session_attrs: which of several servers will do. */
const SESSION_KINDS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
type SessionKind = (typeof SESSION_KINDS)[number];

/** A PostgreSQL address, from a URL or a keyword string as Mattermost's DataSource may be either. */
export type Connection = {
  /** One or more, tried in their order. */
  hosts: readonly [Host, ...Host[]];
  /** Which of the hosts will do. */
  sessionKind: SessionKind;
  user: string;
  password: string;
  database: string;
  sslmode: string;
  sslrootcert: string | undefined;
  sslcert: string | undefined;
  sslkey: string | undefined;
  /** Settings that every session starts with, as in `-c search_path=mattermost`; empty for none. */
  options: string;
};

/** @throws Failure USAGE_INVALID; its message never holds the password */
export function parseConnection(text: string): Connection {
  const values = /^postgres(ql)?:\/\//.test(text) ? urlValues(text) : keywordValues(text);
  const hosts = hostsOf(values);
  if (!values['dbname']) {
    throw new Failure('USAGE_INVALID', 'The database URL names no database.');
  }
  return {
    hosts,
    sessionKind: sessionKindOf(values['target_session_attrs']),
    user: values['user'] ?? '',
    // As in every program of PostgreSQL, so that a URL on a command line need not hold it.
    password: values['password'] ?? process.env['PGPASSWORD'] ?? '',
    database: values['dbname'],
    // A default that is safe over a network and works on one machine, where PostgreSQL often has no certificate.
    sslmode: values['sslmode'] ?? (hosts.every(isLocal) ? 'disable' : 'require'),
    sslrootcert: values['sslrootcert'],
    sslcert: values['sslcert'],
    sslkey: values['sslkey'],
    options: optionsOf(values),
  };
}

type Values = Record<string, string | undefined>;

const isLocal = ({host}: Host): boolean => host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host);

/** As in libpq: `host=a,b port=5432,5433`, or one port for all of them. */
function hostsOf(values: Values): [Host, ...Host[]] {
  const [first = 'localhost', ...others] = (values['host'] ?? 'localhost').split(',').map(withoutBrackets);
  const ports = (values['port'] ?? '').split(',').map(portOf);
  if (ports.length > 1 && ports.length !== 1 + others.length) {
    throw new Failure(
      'USAGE_INVALID',
      `The database address names ${1 + others.length} hosts and ${ports.length} ports.`,
    );
  }
  const at = (index: number): number => ports[index] ?? ports[0] ?? 5432;
  return [{host: first, port: at(0)}, ...others.map((host, index) => ({host, port: at(index + 1)}))];
}

const withoutBrackets = (host: string): string => host.trim().replace(/^\[(.*)\]$/, '$1') || 'localhost';

function portOf(text: string): number {
  const port = text.trim() === '' ? 5432 : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure('USAGE_INVALID', 'The port of the database address is not a number between 1 and 65535.');
  }
  return port;
}

function sessionKindOf(text: string | undefined): SessionKind {
  const kind = SESSION_KINDS.find((name) => name === (text ?? 'any'));
  if (kind === undefined) {
    throw new Failure('USAGE_INVALID', `target_session_attrs must be one of ${SESSION_KINDS.join(', ')}.`);
  }
  return kind;
}

/** Mattermost's driver sends parameters that it does not know to the server; of these, search_path decides what a session sees. */
function optionsOf(values: Values): string {
  const path = values['search_path'];
  return [values['options'] ?? '', ...(path === undefined ? [] : [sessionOption('search_path', path)])]
    .filter((part) => part !== '')
    .join(' ');
}

/** One setting as PGOPTIONS takes it: a backslash before each space and backslash. */
export function sessionOption(name: string, value: string): string {
  return `-c ${name}=${value.replaceAll(/[\\\s]/g, '\\$&')}`;
}

function urlValues(text: string): Values {
  const [address = '', query = ''] = text.split('?');
  const {one, host: hosts, port: ports} = severalHosts(address);
  try {
    // Certificates are read by us or by libpq, not by the parser.
    const {host, port, user, password, database} = parse(one);
    return {
      ...(host ? {host} : {}),
      ...(port ? {port} : {}),
      ...Object.fromEntries(new URLSearchParams(query)),
      ...(hosts ? {host: hosts, port: ports} : {}),
      ...(user ? {user} : {}),
      ...(password ? {password} : {}),
      ...(database ? {dbname: database} : {}),
    };
  } catch (error) {
    throw new Failure(
      'USAGE_INVALID',
      'The database URL is not well formed; percent-encode special characters in its password.',
      {cause: error},
    );
  }
}

/** `…@a:1,b:2/…` is no URL to a parser of URLs: the hosts are taken out, and the first stays for it. */
function severalHosts(address: string): {one: string; host?: string; port?: string} {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^@/?#]*,[^@/?#]*)(.*)$/.exec(address);
  if (!parts) {
    return {one: address};
  }
  const [, before = '', list = '', after = ''] = parts;
  const hosts = list.split(',').map((entry) => /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(entry) ?? [entry, entry, '']);
  return {
    one: `${before}localhost${after}`,
    host: hosts.map(([, host = '']) => decodeURIComponent(host)).join(','),
    port: hosts.map(([, , port = '']) => port).join(','),
  };
}

/** libpq's keyword form: `host=… password='it''s'`, where \ escapes inside and outside quotes. */
function keywordValues(text: string): Values {
  const values: Values = {};
  const pattern = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gy;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    values[match[1] ?? ''] = (match[2] ?? match[3] ?? '').replaceAll(/\\(.)/g, '$1');
    end = match.index + match[0].length;
  }
  if (text.slice(end).trim() !== '' || end === 0) {
    throw new Failure('USAGE_INVALID', 'The database address is neither a postgres:// URL nor a keyword string.');
  }
  return values;
}

/** The address without its password, as it may be shown. */
export function locationOf({user, hosts, database}: Connection): string {
  return `postgres://${user}@${hosts.map(({host, port}) => `${host}:${port}`).join(',')}/${database}`;
}
