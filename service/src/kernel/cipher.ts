import {createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes} from 'node:crypto';
import {Failure} from './failure.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Turns text into something that only the holder of the repository key can read. */
export type Cipher = {
  encrypt(text: string): string;
  /** @throws Failure REPOSITORY_KEY_WRONG */
  decrypt(sealed: string): string;
  /** Tells whether two texts are the same, to the holder of the key alone: a plain hash would confirm a guess. */
  digest(text: string): string;
};

/**
 * `secret` is the repository key; `purpose` separates what is encrypted for one thing from all others. `others`: keys with which
 * something may have been encrypted before, when another repository was the one in use; they only decrypt.
 */
export function createCipher(secret: string, purpose: string, others: readonly string[] = []): Cipher {
  const keyFor = (from: string, use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', from.trim(), '', `disaster-recovery ${purpose}${use}`, 32));
  const keys = [secret, ...others].map((from) => keyFor(from, ''));
  const [key] = keys as [Buffer, ...Buffer[]];
  const digestKey = keyFor(secret, ' digest');
  return {
    digest: (text) => createHmac('sha256', digestKey).update(text, 'utf8').digest('hex'),
    encrypt: (text) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce);
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
        'base64',
      );
    },
    decrypt: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64');
      let cause: unknown;
      for (const each of keys) {
        try {
          return open(bytes, each);
        } catch (error) {
          cause = error;
        }
      }
      throw new Failure(
        'REPOSITORY_KEY_WRONG',
        'What the ledger keeps of sign-in data does not open with the repository key of the configuration.',
        {cause},
      );
    },
  };
}

/** Throws when it was encrypted with another key, or changed. */
function open(bytes: Buffer, key: Buffer): string {
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES)).setAuthTag(
    bytes.subarray(bytes.length - TAG_BYTES),
  );
  return Buffer.concat([
    decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)),
    decipher.final(),
  ]).toString('utf8');
}
