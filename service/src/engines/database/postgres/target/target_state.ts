import type pg from 'pg';
import {withClient, type Connection} from '../connection.ts';
import {maintain} from '../maintain.ts';
import {roleOf, type TargetState} from '../obstacles.ts';

/** Server, role and database that a restore would write, as they are now. */
export async function targetState(connection: Connection): Promise<TargetState> {
  const name = connection.database;
  const state = await maintain(connection, async (client) => {
    const {rows} = await client.query<{version_num: number; owner: string | null; is_owner: boolean | null}>(
      `SELECT current_setting('server_version_num')::int AS version_num, pg_get_userbyid(d.datdba)::text AS owner,
        pg_has_role(d.datdba, 'USAGE') AS is_owner
      FROM (SELECT $1::text AS name) asked LEFT JOIN pg_database d ON d.datname = asked.name`,
      [name],
    );
    const {rows: available} = await client.query<{name: string}>('SELECT name::text FROM pg_available_extensions');
    return {
      name,
      version_num: rows[0]?.version_num ?? 0,
      role: await roleOf(client),
      exists: (rows[0]?.owner ?? null) !== null,
      owner: rows[0]?.owner ?? null,
      is_owner: rows[0]?.is_owner ?? false,
      available_extensions: available.map((extension) => extension.name),
    };
  });
  return {...state, inside: state.exists ? await withClient(connection, insideOf) : null};
}

async function insideOf(client: pg.Client): Promise<TargetState['inside']> {
  const {rows} = await client.query<NonNullable<TargetState['inside']>>(
    `SELECT pg_encoding_to_char(d.encoding)::text AS encoding, has_database_privilege(d.oid, 'CREATE') AS can_make_schemas,
      coalesce((SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = 'public'), false) AS can_use_public,
      array(SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema') AS schemas,
      array(SELECT extname::text FROM pg_extension) AS extensions
    FROM pg_database d WHERE d.datname = current_database()`,
  );
  return rows[0] ?? null;
}
