import type pg from 'pg';
import {z} from 'zod';
import {locationOf, parseConnection, withClient, type Connection} from '../database/postgres/connection.ts';
import {
  accountSessionsSql,
  accountsSql,
  CONDITIONS,
  ConfigSaveRow,
  DeviceRow,
  ENDING,
  GROUP,
  hasLastLogin,
  LIVE_BY_DEVICE,
  NEWEST_CONFIG_SAVE,
  NEWEST_SSO_LOGIN,
  SEARCH,
  SESSIONS_OF,
  TEAM,
  toAccount,
  toAccountSessions,
  toEnding,
  TOKENS_MADE,
  TokensRow,
  toSession,
} from './sql.ts';
import type {Account, Accounts, AccountTokens} from './port.ts';
import {createTokens} from './tokens.ts';

const PAGE = 1000;
const IdRow = z.object({id: z.string()});

/**
 * Accounts and sessions of the master database. Hashes of passwords and tokens of sessions are never read.
 * What streams is read page by page, so that a slow reader keeps no transaction open.
 */
export function createPostgresAccounts(url: string): Accounts & AccountTokens {
  const connection = parseConnection(url);

  async function ask(sql: string, values: unknown[]): Promise<unknown[]> {
    return withClient(connection, async (client) => (await client.query<Record<string, unknown>>(sql, values)).rows);
  }
  const askAccounts = async (condition: string, values: unknown[]): Promise<Account[]> =>
    withClient(connection, async (client) => {
      const {rows} = await client.query<Record<string, unknown>>(
        `${accountsSql(await hasLastLogin(client))} WHERE ${condition}`,
        values,
      );
      return rows.map(toAccount);
    });

  return {
    location: locationOf(connection),
    byId: (ids) => askAccounts('u.id = ANY($1) ORDER BY u.id', [ids]),
    find: async (name) => {
      const found = await askAccounts(
        'u.id = $1 OR u.username = lower($1) OR u.email = lower($1) ORDER BY u.id = $1 DESC, u.username = lower($1) DESC LIMIT 1',
        [name],
      );
      return found[0] ?? null;
    },
    search: (text, limit) => askAccounts(SEARCH, [text, limit]),
    stream: (filter) =>
      pages(
        connection,
        (withLastLogin) => [
          `${accountsSql(withLastLogin)} WHERE ${CONDITIONS[filter]} AND u.id > $1 ORDER BY u.id LIMIT $2`,
          [],
        ],
        {parse: toAccount, keyOf: ({id}) => id},
      ),
    members: async (of) => {
      const [{exists, members}, name] = 'team' in of ? [TEAM, of.team] : [GROUP, of.group];
      const [found] = await ask(exists, [name]);
      return found === undefined
        ? null
        : (await ask(members, [IdRow.parse(found).id])).map((row) => IdRow.parse(row).id);
    },
    holdersOf: (data) => askAccounts('u.authdata = ANY($1) ORDER BY u.id', [data]),
    sessions: async (users) => (await ask(SESSIONS_OF, [users])).map(toSession),
    streamSessions: (now) =>
      pages(connection, (withLastLogin) => [accountSessionsSql(withLastLogin), [now]], {
        parse: toAccountSessions,
        keyOf: ({account}) => account.id,
      }),
    streamEnding: async function* (now, before) {
      for await (const {session, wanted} of pages(connection, () => [ENDING, [now, before]], {
        parse: toEnding,
        keyOf: (row) => row.session.id,
      })) {
        if (wanted) {
          yield session;
        }
      }
    },
    countLiveSessions: async (now) => (await ask(LIVE_BY_DEVICE, [now])).map((row) => DeviceRow.parse(row)),
    newestSsoLogin: async (since, users) => {
      const [row] = await ask(NEWEST_SSO_LOGIN, [since, users ?? null]);
      return row === undefined ? null : toSession(row);
    },
    tokensMadeSince: async (since, users) =>
      (await ask(TOKENS_MADE, [since, users])).map((row) => TokensRow.parse(row)),
    newestConfigSave: async (since) => {
      const [row] = await ask(NEWEST_CONFIG_SAVE, [since]);
      return row === undefined ? null : ConfigSaveRow.parse(row);
    },
    ...createTokens(connection),
  };
}

/** Rows by ascending key. The statement gets the last key as $1, the size of a page as $2, then its own values. */
async function* pages<T>(
  connection: Connection,
  statement: (withLastLogin: boolean) => [sql: string, values: unknown[]],
  {parse, keyOf}: {parse: (row: unknown) => T; keyOf: (it: T) => string},
): AsyncGenerator<T> {
  const read = async (client: pg.Client, after: string): Promise<T[]> => {
    const [sql, values] = statement(await hasLastLogin(client));
    return (await client.query<Record<string, unknown>>(sql, [after, PAGE, ...values])).rows.map(parse);
  };
  let after = '';
  for (;;) {
    const page = await withClient(connection, (client) => read(client, after));
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      return;
    }
    after = keyOf(last);
  }
}
