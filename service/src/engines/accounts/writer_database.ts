import {signInRefusal} from '@disaster-recovery/contract';
import pMap from 'p-map';
import type pg from 'pg';
import {z} from 'zod';
import type {Clock} from '../../kernel/clock.ts';
import {systemErrorCode} from '../../kernel/failure.ts';
import {parseConnection, withClient} from '../database/postgres/connection.ts';
import {DATA_IN_USE} from './rules.ts';
import type {AccountTokens, AccountWriter, MattermostRest, SignInChange, SignInOutcome} from './port.ts';

const FORGET_AT_ONCE = 4;
const UNIQUE_VIOLATION = '23505';

/** As Mattermost writes it (server: store/sqlstore/user_store.go, UpdateAuthData), but only where the account is still what the caller believes. */
const UPDATE = `UPDATE users SET authservice = $1, authdata = $2, password = '', failedattempts = 0, lastpasswordupdate = $3, updateat = $3
  WHERE id = $4 AND COALESCE(authservice, '') = $5 AND authdata IS NOT DISTINCT FROM $6 RETURNING id, email`;
const DELETE_SESSIONS = 'DELETE FROM sessions WHERE id = ANY($1) RETURNING id';

const Written = z.object({id: z.string(), email: z.string()});
type Written = z.infer<typeof Written>;
const Deleted = z.object({id: z.string()});

const LIVES_ON =
  'It is deleted, but while it is used Mattermost does not notice. Purge all caches in the System Console, or restart Mattermost.';

/** What makes a running Mattermost forget an account, and the time. */
type Cache = {
  rest: Pick<MattermostRest, 'answers' | 'verifyEmail'>;
  tokens: Pick<AccountTokens, 'emailVerification'>;
  clock: Clock;
};

/**
 * Changes accounts where they lie, for the day when the plugin does not answer.
 *
 * A running Mattermost keeps accounts in a cache for up to 30 minutes. If it answers, it is made to forget each changed one: an e-mail verification
 * token is used up, and what Mattermost does then clears the account from the caches of all nodes. It also marks the address as verified, which it is
 * for whoever came by single sign-on.
 *
 * Sessions are another cache, and nothing that needs no session clears it: each request puts its session back into it. So a session that is deleted here
 * goes on as long as it is used (it ends 10 minutes after the last request, with a restart, or when the caches are purged). While Mattermost answers,
 * deleted sessions are therefore told as not revoked.
 */
export function createDatabaseWriter(url: string, cache: Cache): AccountWriter {
  const connection = parseConnection(url);
  const {rest, clock} = cache;
  return {
    through: 'database',
    changeSignIn: async (changes, signal) => {
      const written: Written[] = [];
      let outcomes: SignInOutcome[] = [];
      try {
        outcomes = await withClient(connection, (client) =>
          writeAll(client, changes, {now: () => clock.now(), written, signal}),
        );
      } finally {
        // Also after a stop or a lost connection: what is written must be seen.
        const stale = await forget(written, cache);
        outcomes = outcomes.map((one) => ({...one, says: stale.get(one.id) ?? one.says}));
      }
      return outcomes;
    },
    revokeSessions: async (ids) => {
      const {rows} = await withClient(connection, (client) =>
        client.query<Record<string, unknown>>(DELETE_SESSIONS, [ids]),
      );
      return rows.length > 0 && (await rest.answers())
        ? rows.map((row) => ({id: Deleted.parse(row).id, says: LIVES_ON}))
        : [];
    },
    extendSessions: null,
  };
}

type Writing = {now: () => number; written: Written[]; signal: AbortSignal | undefined};

async function writeAll(
  client: pg.Client,
  changes: readonly SignInChange[],
  {now, written, signal}: Writing,
): Promise<SignInOutcome[]> {
  const outcomes: SignInOutcome[] = [];
  for (const change of changes) {
    signal?.throwIfAborted();
    const {outcome, row} = await writeOne(client, change, now());
    outcomes.push(outcome);
    if (row) {
      written.push(row);
    }
  }
  return outcomes;
}

async function writeOne(
  client: pg.Client,
  {id, from, to}: SignInChange,
  now: number,
): Promise<{outcome: SignInOutcome; row?: Written}> {
  const refusal = signInRefusal(to);
  if (refusal !== null) {
    return {outcome: {id, outcome: 'failed', says: refusal}};
  }
  try {
    const {
      rows: [row],
    } = await client.query<Record<string, unknown>>(UPDATE, [to.service, to.data, now, id, from.service, from.data]);
    return row
      ? {outcome: {id, outcome: 'changed', says: null}, row: Written.parse(row)}
      : {outcome: {id, outcome: 'differs', says: null}};
  } catch (error) {
    if (systemErrorCode(error) === UNIQUE_VIOLATION) {
      return {outcome: {id, outcome: 'failed', says: DATA_IN_USE}};
    }
    throw error;
  }
}

/** What is to be said of accounts that Mattermost may still remember as they were. With Mattermost down there is nothing to forget. */
async function forget(written: readonly Written[], {rest, tokens, clock}: Cache): Promise<Map<string, string>> {
  const stale = new Map<string, string>();
  if (written.length === 0 || !(await rest.answers())) {
    return stale;
  }
  const forgetOne = async (account: Written): Promise<void> => {
    try {
      await rest.verifyEmail(await tokens.emailVerification(account, clock.now()));
    } catch {
      stale.set(account.id, 'It is written, but Mattermost may remember the account as it was for up to 30 minutes.');
    }
  };
  await pMap(written, forgetOne, {concurrency: FORGET_AT_ONCE});
  return stale;
}
