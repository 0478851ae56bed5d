import type pg from 'pg';
import {sessionOption} from './address.ts';

/**
 * What a role, a database or the server may set for every session, and what it must be while this product reads or writes: a dump and a load
 * show and keep the same whatever an administrator set for his own sessions. `role` and `search_path` stay: they say who the role is and what it sees.
 */
export const NEUTRAL: Readonly<Record<string, string>> = {
  // A frozen database still has to be restored beside.
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // Workers of a load would end each other with "could not serialize access".
  default_transaction_isolation: 'read committed',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  // Workers of a dump wait for each other.
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // An error that is expected would end the session.
  exit_on_error: 'off',
  // Triggers and foreign keys are off where it is `replica`.
  session_replication_role: 'origin',
  // These change what the text of a dump means.
  array_nulls: 'on',
  transform_null_equals: 'off',
  standard_conforming_strings: 'on',
  IntervalStyle: 'postgres',
  // Where and how tables are made, unless the set says so.
  default_tablespace: '',
  default_table_access_method: 'heap',
};

/** Makes a session neutral. Returns the settings that had to change, as options for child programs; empty on most servers. */
export async function makeNeutral(client: pg.Client): Promise<string> {
  // Only what differs is set: behind a pooler a session belongs to somebody else afterwards. What only a superuser may set stays.
  const {rows} = await client.query<{name: string}>(
    `SELECT name, set_config(name, $1::jsonb ->> name, false) FROM pg_settings
      WHERE $1::jsonb ->> name <> setting AND (context = 'user' OR current_setting('is_superuser')::bool)`,
    [JSON.stringify(NEUTRAL)],
  );
  return rows.map(({name}) => sessionOption(name, NEUTRAL[name] ?? '')).join(' ');
}
