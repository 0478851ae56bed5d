import {createHash, createHmac, timingSafeEqual} from 'node:crypto';
import {inGroups, newCode} from '../kernel/ids.ts';

const SIGNS = 28;

/** A code of 140 bits in groups of four: `7K2M-…-Q9XD`. */
export function newReadableCode(): string {
  return inGroups(newCode(SIGNS));
}

/** As the bridge does it: upper case, without dashes and white space. */
export function normaliseCode(code: string): string {
  return code.toUpperCase().replaceAll(/[-\s]/g, '');
}

/** The HMAC key that both sides derive from the code: all that is kept of it. */
export function codeKey(code: string): Buffer {
  return createHash('sha256').update(normaliseCode(code), 'utf8').digest();
}

/** Shows knowledge of the code without sending it; base64url without padding. */
export function proofOf(
  key: Uint8Array,
  side: 'bridge' | 'companion',
  {public_key, nonce}: {public_key: string; nonce: string},
): string {
  return createHmac('sha256', key).update(`${side}\n${public_key}\n${nonce}`).digest('base64url');
}

export function isSameProof(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
