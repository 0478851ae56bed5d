import {createHash, timingSafeEqual} from 'node:crypto';
import {Failure} from '../../kernel/failure.ts';
import type {Clock} from '../../kernel/clock.ts';
import {inGroups, newCode} from '../../kernel/ids.ts';
import type {State} from '../../kernel/state.ts';

/** Names the code without giving it away, so that wrong tries can be counted for it alone. */
const SELECTOR_CHARACTERS = 6;
/**
 * Characters of 5 bits after the selector. One that is read out lives for minutes and has 50 bits: whoever knew the selector and tried
 * as often as the code allows would hit it once in 10^13. One on paper or in a mail may lie about for days and has 130.
 */
const SECRET_CHARACTERS = {read_out: 10, written: 26} as const;
/** Enough for every typing mistake, and nothing against the length. There is no lock by address: an office shares one. */
const TRIES = 50;

/** How a code reaches its person. */
export type CodeWay = keyof typeof SECRET_CHARACTERS;

type Redeemed = {incident: string; user: string};

/** One-time codes. What is kept of a code is a hash; the code itself is in one answer. */
export type Codes = {
  /** A new code for an account; its older ones die. */
  issue(code: {incident: string; user: string; expiresAt: number; way: CodeWay}): string;
  /**
   * Uses a code up. Every reason of a refusal has the same words, so that nobody learns who has one.
   * @throws Failure CLAIM_CODE_WRONG
   */
  redeem(code: string): Redeemed;
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

  type Row = {hash: Uint8Array; incident: string; user: string; expires_at: number; tries: number};

  function attempt(code: string): Redeemed | null {
    const plain = normaliseCode(code);
    const selector = plain.slice(0, SELECTOR_CHARACTERS);
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
    issue: ({incident, user, expiresAt, way}) => {
      const plain = newCode(SELECTOR_CHARACTERS + SECRET_CHARACTERS[way]);
      state.transact(() => {
        drop.run(user);
        dropOld.run(clock.now());
        insert.run(plain.slice(0, SELECTOR_CHARACTERS), hashOf(plain), incident, user, expiresAt, TRIES);
      });
      return inGroups(plain);
    },
    // A refusal must not roll the count of tries back, so it is thrown outside.
    redeem: (code) => {
      const redeemed = state.transact(() => attempt(code));
      if (!redeemed) {
        throw new Failure('CLAIM_CODE_WRONG', 'This code is not valid.');
      }
      return redeemed;
    },
    forget: (users) => {
      for (const user of users) {
        drop.run(user);
      }
    },
  };
}

/** As people type it: any case, with or without dashes and spaces, O for 0 and I or L for 1. */
export function normaliseCode(code: string): string {
  return code.toUpperCase().replaceAll(/[-\s]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** No slow hash is needed: who reads the state is root here, and the code is dead before 50 bits are tried. */
function hashOf(plain: string): Buffer {
  return createHash('sha256').update(plain, 'utf8').digest();
}
