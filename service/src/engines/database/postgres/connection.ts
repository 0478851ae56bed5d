import {readFileSync} from 'node:fs';
import type {ConnectionOptions} from 'node:tls';
import pg from 'pg';
import {asFailure, Failure} from '../../../kernel/failure.ts';
import {locationOf, type Connection, type Host} from './address.ts';
import {databaseFailure} from './failures.ts';
import {makeNeutral} from './session.ts';

/** Where a failure happened and who asked, as its message tells it. */
export const askingAs = (connection: Connection): {location: string; role: string} => ({
  location: locationOf(connection),
  role: connection.user,
});

export {locationOf, parseConnection, type Connection} from './address.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const APPLICATION = 'drctl';

/** How PostgreSQL's own programs get the address: by environment, so that no password is in an argument list. */
export function libpqEnvironment(connection: Connection): Record<string, string> {
  const optional = {PGSSLROOTCERT: connection.sslrootcert, PGSSLCERT: connection.sslcert, PGSSLKEY: connection.sslkey};
  return {
    PGHOST: connection.hosts.map(({host}) => host).join(','),
    PGPORT: connection.hosts.map(({port}) => port).join(','),
    ...(connection.hosts.length > 1 && {PGTARGETSESSIONATTRS: connection.sessionKind}),
    ...(connection.options !== '' && {PGOPTIONS: connection.options}),
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

/** An open session, and the address that leads to the same server under the same settings: for child programs, which must see what it sees. */
export type Session = {client: pg.Client; at: Connection};

/** Tries the hosts in their order. The caller ends the client. @throws Failure DATABASE_* */
export async function connect(connection: Connection): Promise<Session> {
  const failures: Failure[] = [];
  for (const accepts of acceptedKinds(connection)) {
    for (const host of connection.hosts) {
      try {
        return await connectTo({...connection, hosts: [host]}, accepts);
      } catch (error) {
        if (!(error instanceof Failure)) {
          throw error;
        }
        failures.push(error);
      }
    }
  }
  const [first] = failures;
  if (failures.length === 1 && first) {
    throw first;
  }
  // A server that answered and refused says more than one that is down.
  const telling = failures.find(({code}) => code !== 'DATABASE_UNREACHABLE') ?? asFailure(first);
  throw new Failure(telling.code, [...new Set(failures.map(({message}) => message))].join(' · '), {cause: telling});
}

type Accepts = {says: string; test(state: {read_only: boolean; standby: boolean}): boolean};
const ANY: Accepts = {says: '', test: () => true};
const STANDBY: Accepts = {says: 'it is no standby', test: ({standby}) => standby};
const BY_KIND: Record<Connection['sessionKind'], readonly Accepts[]> = {
  any: [ANY],
  'read-write': [{says: 'it takes no writes', test: ({read_only}) => !read_only}],
  'read-only': [{says: 'it takes writes', test: ({read_only}) => read_only}],
  primary: [{says: 'it is a standby', test: ({standby}) => !standby}],
  standby: [STANDBY],
  'prefer-standby': [STANDBY, ANY],
};
const acceptedKinds = ({hosts, sessionKind}: Connection): readonly Accepts[] =>
  hosts.length > 1 ? BY_KIND[sessionKind] : [ANY];

async function connectTo(connection: Connection & {hosts: readonly [Host]}, accepts: Accepts): Promise<Session> {
  const [{host, port}] = connection.hosts;
  const {user, password, database, options} = connection;
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
    ...(options !== '' && {options}),
  });
  // A connection that breaks while idle reports here and nowhere else; the next query then fails with a name.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (accepts !== ANY) {
      await requireKind(client, connection, accepts);
    }
    const added = await makeNeutral(client);
    return {client, at: {...connection, options: [options, added].filter((part) => part !== '').join(' ')}};
  } catch (error) {
    await client.end().catch(() => undefined);
    throw databaseFailure(error, askingAs(connection));
  }
}

async function requireKind(client: pg.Client, connection: Connection, {says, test}: Accepts): Promise<void> {
  const {rows} = await client.query<{read_only: boolean; standby: boolean}>(
    `SELECT current_setting('transaction_read_only')::bool AS read_only, pg_is_in_recovery() AS standby`,
  );
  if (!rows[0] || !test(rows[0])) {
    throw new Failure(
      'DATABASE_UNREACHABLE',
      `${locationOf(connection)}: ${says}, and target_session_attrs asks for ${connection.sessionKind}`,
    );
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
export async function withClient<T>(
  connection: Connection,
  work: (client: pg.Client, at: Connection) => Promise<T>,
): Promise<T> {
  const {client, at} = await connect(connection);
  try {
    return await work(client, at);
  } catch (error) {
    throw databaseFailure(error, askingAs(connection));
  } finally {
    await client.end();
  }
}
