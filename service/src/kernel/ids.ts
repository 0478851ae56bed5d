import {randomBytes, randomInt} from 'node:crypto';
import {isoTime} from './clock.ts';

// Mattermost's own id alphabet would do, but names of sets are read out on the phone: no 0/o, 1/l/i.
const READABLE = '23456789abcdefghjkmnpqrstuvwxyz';

function readable(length: number): string {
  return Array.from({length}, () => READABLE[randomInt(READABLE.length)]).join('');
}

/** `20261124T120301Z-k3v9qa`: sorts by time, unique also when two start in the same second. */
export function newSetId(now: number): string {
  return `${isoTime(now).replaceAll(/[-:]/g, '')}-${readable(6)}`;
}

export function newJobId(): string {
  return readable(10);
}

/** A secret of 272 bit that can be copied from paper without a mistake: 14 groups of four unambiguous signs. */
export function newPaperKey(): string {
  return Array.from({length: 14}, () => readable(4)).join('-');
}

// Crockford's base32: no I, L, O, U, because codes are read out and typed.
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code of 5 bits a sign that can be read out and typed. */
export function newCode(signs: number): string {
  return Array.from({length: signs}, () => CROCKFORD[randomInt(CROCKFORD.length)]).join('');
}

/** In groups of four, as people read it: `7K2M-…-Q9XD`. */
export function inGroups(code: string): string {
  return code.replace(/.{4}(?=.)/g, '$&-');
}

/** URL-safe random text of `bytes` × 8 bits. */
export function randomToken(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
