import {createHash, timingSafeEqual} from 'node:crypto';
import {Failure} from '../kernel/failure.ts';
import type {Clock} from '../kernel/clock.ts';
import {inGroups, newCode} from '../kernel/ids.ts';
import type {State} from '../kernel/state.ts';

/** Names the code without giving it away, so that five wrong tries can be counted for it alone. */
const SELECTOR_SIGNS = 6;
/** 26 signs of 5 bits: 130 bits. */
const SECRET_SIGNS = 26;
const TRIES = 5;
const ADDRESS_TRIES = 10;
const ADDRESS_WINDOW_MS = 10 * 60 * 1000;

export type Redeemed = {incident: string; user: string};

/** One-time codes. What is kept of a code is a hash; the code itself is in one answer. */
export type Codes = {
  /** A new code for an account; its older ones die. */
  issue(incident: string, user: string, expiresAt: number): string;
  /**
   * Uses a code up. Every reason of a refusal has the same words, so that nobody learns who has one.
   * @throws Failure CLAIM_CODE_WRONG, CLAIM_TOO_MANY_TRIES
   */
  redeem(code: string, address: string): Redeemed;
  /** An account that is back needs no code any more. */
  forget(users: readonly string[]): void;
};

export function createCodes(state: State, clock: Clock): Codes {
  const {db} = state;
  const insert = db.prepare(
    'INSERT INTO sso_codes (selector, hash, incident, user, expires_at, tries) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const drop = db.prepare('DELETE FROM sso_codes WHERE user = ?');
  const dropOld = db.prepare('DELETE FROM sso_codes WHERE expires_at <= ?');
  const find = db.prepare('SELECT hash, incident, user, expires_at, tries FROM sso_codes WHERE selector = ?');
  const spendTry = db.prepare('UPDATE sso_codes SET tries = tries - 1 WHERE selector = ?');
  const dropOne = db.prepare('DELETE FROM sso_codes WHERE selector = ?');
  const noteTry = db.prepare('INSERT INTO sso_claim_tries (address, at) VALUES (?, ?)');
  const dropTries = db.prepare('DELETE FROM sso_claim_tries WHERE at <= ?');
  const countTries = db.prepare('SELECT count(*) AS n FROM sso_claim_tries WHERE address = ?');

  type Row = {hash: Uint8Array; incident: string; user: string; expires_at: number; tries: number};

  function attempt(code: string): Redeemed | null {
    const plain = normaliseCode(code);
    const selector = plain.slice(0, SELECTOR_SIGNS);
    const row = find.get(selector) as Row | undefined;
    // Compared also when there is none, so that the answer takes as long.
    const isRight = timingSafeEqual(hashOf(plain), row?.hash ?? Buffer.alloc(32));
    if (!row) {
      return null;
    }
    if (!isRight || row.expires_at <= clock.now() || row.tries <= 0) {
      spendTry.run(selector);
      return null;
    }
    dropOne.run(selector);
    return {incident: row.incident, user: row.user};
  }

  return {
    issue: (incident, user, expiresAt) => {
      const plain = newCode(SELECTOR_SIGNS + SECRET_SIGNS);
      state.transact(() => {
        drop.run(user);
        dropOld.run(clock.now());
        insert.run(plain.slice(0, SELECTOR_SIGNS), hashOf(plain), incident, user, expiresAt, TRIES);
      });
      return inGroups(plain);
    },
    // A refusal must not roll the count of tries back, so it is thrown outside.
    redeem: (code, address) =>
      needRedeemed(
        state.transact(() => {
          dropTries.run(clock.now() - ADDRESS_WINDOW_MS);
          if ((countTries.get(address) as {n: number}).n >= ADDRESS_TRIES) {
            return 'too_many';
          }
          const found = attempt(code);
          if (!found) {
            noteTry.run(address, clock.now());
          }
          return found;
        }),
      ),
    forget: (users) => {
      for (const user of users) {
        drop.run(user);
      }
    },
  };
}

function needRedeemed(redeemed: Redeemed | 'too_many' | null): Redeemed {
  if (redeemed === 'too_many') {
    throw new Failure('CLAIM_TOO_MANY_TRIES', 'There were too many wrong codes from this address.');
  }
  if (redeemed === null) {
    throw new Failure('CLAIM_CODE_WRONG', 'This code is not valid.');
  }
  return redeemed;
}

/** As people type it: any case, with or without dashes and spaces, O for 0 and I or L for 1. */
export function normaliseCode(code: string): string {
  return code.toUpperCase().replaceAll(/[-\s]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** No slow hash is needed: nobody guesses 130 bits. */
function hashOf(plain: string): Buffer {
  return createHash('sha256').update(plain, 'utf8').digest();
}
