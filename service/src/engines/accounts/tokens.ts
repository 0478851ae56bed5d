import {randomInt} from 'node:crypto';
import {withClient, type Connection} from '../database/postgres/connection.ts';
import type {Account, AccountTokens} from './port.ts';

/** Both kinds are good for this long from their `createat` (server: channels/app/user.go, PasswordRecoverExpiryTime). */
const MATTERMOST_LIFETIME_MS = 24 * 60 * 60 * 1000;
const TOKEN_SIGNS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const TOKEN_LENGTH = 64;

const INSERT = 'INSERT INTO tokens (token, createat, type, extra) VALUES ($1, $2, $3, $4)';

/**
 * `extra` is JSON text, but not only Mattermost may have written it: a row that is no JSON must not stop the others, so the id is cut out of the text.
 * In a value its quotes would be escaped, so this cannot be found inside an e-mail address.
 */
const PURGE = `DELETE FROM tokens WHERE type = 'password_recovery' AND substring(extra from '"UserId"\\s*:\\s*"([A-Za-z0-9]+)"') = ANY($1)`;

/** Rows of Mattermost's table `tokens`. */
export function createTokens(connection: Connection): AccountTokens {
  async function insert(
    type: 'password_recovery' | 'verify_email',
    {id, email}: Pick<Account, 'id' | 'email'>,
    createdAt: number,
  ): Promise<string> {
    const token = Array.from({length: TOKEN_LENGTH}, () => TOKEN_SIGNS[randomInt(TOKEN_SIGNS.length)]).join('');
    const extra = JSON.stringify({UserId: id, Email: email});
    await withClient(connection, (client) => client.query(INSERT, [token, createdAt, type, extra]));
    return token;
  }
  return {
    // Dated back: what is left of Mattermost's 24 hours is the lifetime.
    passwordReset: (account, now, lifetimeMs) =>
      insert('password_recovery', account, now - MATTERMOST_LIFETIME_MS + Math.min(lifetimeMs, MATTERMOST_LIFETIME_MS)),
    emailVerification: (account, now) => insert('verify_email', account, now),
    purgePasswordResets: (users) =>
      withClient(connection, async (client) => (await client.query(PURGE, [users])).rowCount ?? 0),
  };
}
