import {setTimeout as pause} from 'node:timers/promises';
import {expect} from '@jest/globals';
import type {ReturnList} from '@disaster-recovery/contract';
import pg from 'pg';
import {choosePassword, useCode} from '../harness/claim.ts';
import {drctlOrThrow} from '../harness/drctl.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {query} from '../harness/query.ts';
import type {ExtraAccount, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';
import {startDrctl} from './drctl.ts';
import type {Running} from './drctl.ts';
import {soonAs} from './soon_as.ts';

/** How somebody signs in now. */
export interface LiveAccount {
  readonly id: string;
  readonly username: string;
  readonly service: string;
  readonly data: string | null;
  readonly hasPassword: boolean;
}

/** How often the sign-in of one account was written: away from the provider, and back to it. */
export interface Writes {
  readonly away: number;
  readonly back: number;
}

/** Value of `drctl sso …`. Throws when it did not succeed. */
export async function sso(server: SsoServer, ...words: string[]): Promise<DrctlAnswer['value']> {
  return (await drctlOrThrow(server.drctl('sso', ...words))).value;
}

/** Starts `drctl sso …`, to be killed. */
export function startSso(server: SsoServer, ...words: string[]): Running {
  return startDrctl(['--config', server.configFile, 'sso', ...words]);
}

/** Every account that came from the provider, by id. */
export async function liveAccounts(server: SsoServer): Promise<Map<string, LiveAccount>> {
  const rows = await query<LiveAccount>(
    server.databaseUrl,
    `SELECT id, username, coalesce(authservice, '') AS service, authdata AS data,
    coalesce(password, '') <> '' AS "hasPassword" FROM users WHERE username LIKE 'sso.%' ORDER BY username`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export async function countAway(server: SsoServer): Promise<number> {
  return [...(await liveAccounts(server)).values()].filter(({service}) => service === '').length;
}

/** The plugin ends what it was asked for, also when who asked is dead. */
export async function untilNothingIsWritten(server: SsoServer): Promise<void> {
  let before = '';
  await waitFor('the plugin to end what it does', async () => {
    await pause(400);
    const now = JSON.stringify([...(await liveAccounts(server))]);
    const isStill = now === before;
    before = now;
    return isStill;
  });
}

/** Asks on one connection, because to open one takes longer than what is waited for may last. */
export async function untilAway(server: SsoServer, running: Running, holds: (away: number) => boolean): Promise<void> {
  const client = new pg.Client({connectionString: server.databaseUrl});
  await client.connect();
  try {
    await soonAs('so many accounts', running, async () => {
      const sql =
        "SELECT count(*)::int AS away FROM users WHERE username LIKE 'sso.%' AND coalesce(authservice, '') = ''";
      return holds((await client.query<{away: number}>(sql)).rows[0]?.away ?? 0);
    });
  } finally {
    await client.end();
  }
}

/**
 * Notes every write of a sign-in from now on. Mattermost writes one so that the password is gone and its time is new; a person who chooses a password
 * leaves one, so that is not counted.
 */
export async function watchWrites(server: SsoServer): Promise<void> {
  await query(
    server.databaseUrl,
    `CREATE TABLE watched_writes (id text NOT NULL, service text NOT NULL);
    CREATE FUNCTION watch_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO watched_writes VALUES (NEW.id, coalesce(NEW.authservice, '')); RETURN NULL; END $$;
    CREATE TRIGGER watch_writes AFTER UPDATE ON users FOR EACH ROW
      WHEN (coalesce(NEW.password, '') = '' AND NEW.lastpasswordupdate <> OLD.lastpasswordupdate) EXECUTE FUNCTION watch_write()`,
  );
}

/** By account, and forgotten afterwards. */
export async function takeWrites(server: SsoServer): Promise<Map<string, Writes>> {
  const rows = await query<{id: string; away: number; back: number}>(
    server.databaseUrl,
    `WITH taken AS (DELETE FROM watched_writes RETURNING id, service)
    SELECT id, (count(*) FILTER (WHERE service = ''))::int AS away, (count(*) FILTER (WHERE service <> ''))::int AS back FROM taken GROUP BY id`,
  );
  return new Map(rows.map(({id, away, back}) => [id, {away, back}]));
}

/** Whoever signs in with e-mail and password now is on the return list with exactly what they had, and nobody else is. */
export async function expectListRight(server: SsoServer): Promise<ReturnList> {
  const live = await liveAccounts(server);
  const list = (await sso(server, 'return-list')) as ReturnList;
  const away = [...live.values()].filter(({service}) => service === '');
  expect(list.entries.map(({person}) => person.username).sort()).toEqual(away.map(({username}) => username).sort());
  expect(list.count).toBe(away.length);
  const known = new Map(
    server.extras.map(({userId, authService, authData}) => [userId, {service: authService, data: authData}]),
  );
  for (const {id, userId} of server.people) {
    known.set(userId, {service: 'gitlab', data: String(id)});
  }
  for (const {person, original, state} of list.entries) {
    expect({original, state}).toEqual({
      original: known.get(person.id),
      state: live.get(person.id)?.hasPassword ? 'claimed' : 'switched',
    });
  }
  return list;
}

/** Everybody is as before the incident, to the byte. */
export async function expectEveryoneBack(server: SsoServer): Promise<void> {
  const live = await liveAccounts(server);
  for (const {userId, username, authService, authData} of server.extras) {
    expect(live.get(userId)).toEqual({id: userId, username, service: authService, data: authData, hasPassword: false});
  }
  for (const {userId, username, id} of server.people) {
    expect(live.get(userId)).toEqual({id: userId, username, service: 'gitlab', data: String(id), hasPassword: false});
  }
}

/** One person gets a code, uses it up at the claim page and chooses a password. */
export async function claimAccount(
  server: SsoServer,
  {username}: Pick<ExtraAccount, 'username'>,
  password: string,
): Promise<void> {
  const {code} = (await sso(server, 'let-in', username, '--identified-by', 'seen at the desk')) as {code: string};
  const {url} = server.mattermost();
  await choosePassword(url, (await useCode(url, code)).token, password);
}
