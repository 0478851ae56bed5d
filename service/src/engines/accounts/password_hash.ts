import {pbkdf2, randomBytes} from 'node:crypto';
import {promisify} from 'node:util';
import bcrypt from 'bcryptjs';
import {Failure} from '../../kernel/failure.ts';

/** `pbkdf2`: what Mattermost 11.0 and later writes. `bcrypt`: what all before it write, and what 11.x still accepts and replaces at the next sign-in. */
export type HashFormat = 'pbkdf2' | 'bcrypt';

// Mattermost 11: server/channels/app/password/hashers/pbkdf2.go. It takes a hash only with exactly these numbers.
const ROUNDS = 600_000;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const BCRYPT_COST = 10;
/** Both refuse more; bcrypt would silently cut it off. */
const MAX_BYTES = 72;

const derive = promisify(pbkdf2);

/** A hash as Mattermost keeps it in users.password. @throws Failure PASSWORD_REFUSED */
export async function hashPassword(format: HashFormat, password: string): Promise<string> {
  const bytes = Buffer.byteLength(password);
  if (bytes === 0 || bytes > MAX_BYTES) {
    throw new Failure(
      'PASSWORD_REFUSED',
      bytes === 0
        ? 'The password is empty.'
        : `The password has ${bytes} bytes; Mattermost takes at most ${MAX_BYTES}.`,
    );
  }
  if (format === 'bcrypt') {
    return bcrypt.hash(password, BCRYPT_COST);
  }
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, ROUNDS, KEY_BYTES, 'sha256');
  return `$pbkdf2$f=SHA256,w=${ROUNDS},l=${KEY_BYTES}$${unpadded(salt)}$${unpadded(key)}`;
}

/** Go's base64.RawStdEncoding. */
function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
