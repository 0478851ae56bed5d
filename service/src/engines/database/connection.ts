import {readFileSync} from 'node:fs';
import type {ConnectionOptions} from 'node:tls';
import pg from 'pg';
import {parse} from 'pg-connection-string';
import {Failure} from '../../kernel/failure.ts';
import {databaseFailure} from './failures.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const APPLICATION = 'drctl';

/** A PostgreSQL address, from a URL or a keyword string as Mattermost's DataSource may be either. */
export type Connection = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  sslmode: string;
  sslrootcert: string | undefined;
  sslcert: string | undefined;
  sslkey: string | undefined;
};

/** @throws Failure USAGE_INVALID; its message never holds the password */
export function parseConnection(text: string): Connection {
  const values = /^postgres(ql)?:\/\//.test(text) ? urlValues(text) : keywordValues(text);
  const host = values['host'] ?? 'localhost';
  const isLocal = host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host);
  if (!values['dbname']) {
    throw new Failure('USAGE_INVALID', 'The database URL names no database.');
  }
  const port = Number(values['port'] ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure('USAGE_INVALID', 'The port of the database address is not a number between 1 and 65535.');
  }
  return {
    host,
    port,
    user: values['user'] ?? '',
    // As in every program of PostgreSQL, so that a URL on a command line need not hold it.
    password: values['password'] ?? process.env['PGPASSWORD'] ?? '',
    database: values['dbname'],
    // A default that is safe over a network and works on one machine, where PostgreSQL often has no certificate.
    sslmode: values['sslmode'] ?? (isLocal ? 'disable' : 'require'),
    sslrootcert: values['sslrootcert'],
    sslcert: values['sslcert'],
    sslkey: values['sslkey'],
  };
}

type Values = Record<string, string | undefined>;

function urlValues(text: string): Values {
  try {
    const query = new URLSearchParams(text.split('?')[1] ?? '');
    // Certificates are read by us or by libpq, not by the parser.
    const {host, port, user, password, database} = parse(text.split('?')[0] ?? '');
    return {
      ...Object.fromEntries(query),
      ...(host ? {host} : {}),
      ...(port ? {port} : {}),
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
export function locationOf({user, host, port, database}: Connection): string {
  return `postgres://${user}@${host}:${port}/${database}`;
}

/** How PostgreSQL's own programs get the address: by environment, so that no password is in an argument list. */
export function libpqEnvironment(connection: Connection): Record<string, string> {
  const optional = {PGSSLROOTCERT: connection.sslrootcert, PGSSLCERT: connection.sslcert, PGSSLKEY: connection.sslkey};
  return {
    PGHOST: connection.host,
    PGPORT: String(connection.port),
    PGUSER: connection.user,
    PGPASSWORD: connection.password,
    PGDATABASE: connection.database,
    PGSSLMODE: connection.sslmode,
    PGCONNECT_TIMEOUT: String(CONNECT_TIMEOUT_MS / 1000),
    PGAPPNAME: APPLICATION,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >),
  };
}

/** An open client, or a named failure. The caller ends it. */
export async function connect(connection: Connection): Promise<pg.Client> {
  const {host, port, user, password, database} = connection;
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database,
    ssl: tlsOptions(connection),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: APPLICATION,
    keepAlive: true,
  });
  // A connection that breaks while idle reports here and nowhere else; the next query then fails with a name.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw databaseFailure(error, locationOf(connection));
  }
}

function tlsOptions({sslmode, sslrootcert, sslcert, sslkey}: Connection): ConnectionOptions | false {
  if (['disable', 'allow', 'prefer'].includes(sslmode)) {
    return false;
  }
  return {
    ...(sslrootcert && {ca: readFileSync(sslrootcert)}),
    ...(sslcert && {cert: readFileSync(sslcert)}),
    ...(sslkey && {key: readFileSync(sslkey)}),
    rejectUnauthorized: sslmode.startsWith('verify-'),
    ...(sslmode === 'verify-ca' && {checkServerIdentity: () => undefined}),
  };
}

/** Runs `work` with a client that is always ended. */
export async function withClient<T>(connection: Connection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(connection);
  try {
    return await work(client);
  } catch (error) {
    throw databaseFailure(error, locationOf(connection));
  } finally {
    await client.end();
  }
}
