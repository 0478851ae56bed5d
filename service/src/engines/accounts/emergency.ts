import type pg from 'pg';
import {parseConnection, withClient} from '../database/postgres/connection.ts';
import {hashPassword, type HashFormat} from './password_hash.ts';
import type {EmergencyWriter} from './port.ts';

/**
 * Both are sure signs of Mattermost 11: a hash of its format, or a migration that came with 11.1 (000142). Without them bcrypt is right on every version.
 * 11.0 brought PBKDF2 and no migration, and the number alone tells nothing: 10.11.17 and later got numbers beyond it (Mattermost's "Important upgrade notes").
 * A server that was taken back from 11 to 10 shows them as well and cannot read the hash; there, set the password by `mmctl --local`.
 */
const HASH_OF_11 = `SELECT 1 FROM users WHERE password LIKE '$pbkdf2$%' LIMIT 1`;
const MIGRATION_OF_11 = `SELECT 1 FROM db_migrations WHERE name = 'create_content_flagging_tables'`;
const HAS_MIGRATIONS = `SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'db_migrations'`;

const SET_PASSWORD = `UPDATE users SET password = $1, authservice = '', authdata = NULL, failedattempts = 0, lastpasswordupdate = $2, updateat = $2
  WHERE id = $3 AND COALESCE(authservice, '') = $4 AND authdata IS NOT DISTINCT FROM $5`;

/**
 * Writes what Mattermost itself would write (store/sqlstore/user_store.go, UpdatePassword), without Mattermost.
 * A running server may keep the account as it was for up to 30 minutes, so start it afterwards, or purge its caches.
 */
export function createEmergencyWriter(url: string): EmergencyWriter {
  const connection = parseConnection(url);
  return {
    setPassword: ({id, from, password, now}) =>
      withClient(connection, async (client) => {
        const hash = await hashPassword(await formatOf(client), password);
        const {rowCount} = await client.query(SET_PASSWORD, [hash, now, id, from.service, from.data]);
        return rowCount === 1;
      }),
  };
}

async function formatOf(client: pg.Client): Promise<HashFormat> {
  const isThere = async (sql: string): Promise<boolean> => (await client.query(sql)).rows.length > 0;
  const isEleven = (await isThere(HASH_OF_11)) || ((await isThere(HAS_MIGRATIONS)) && (await isThere(MIGRATION_OF_11)));
  return isEleven ? 'pbkdf2' : 'bcrypt';
}
