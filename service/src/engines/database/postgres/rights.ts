import type pg from 'pg';
import type {Privileged} from '@disaster-recovery/contract';
import type {Rights, RightsOfToday} from '../port.ts';

/** Roles that everybody has. */
const ORDINARY = `ARRAY['system_user', 'system_guest', '']`;

/** Those who may more than a member or a guest; nobody where there is no Mattermost. */
export async function privilegedPeople(client: pg.Client): Promise<Privileged[]> {
  if (!(await hasPeople(client))) {
    return [];
  }
  const {rows} = await client.query<Privileged>(`SELECT id::text, username::text,
      ARRAY(SELECT role FROM unnest(string_to_array(roles, ' ')) role WHERE role <> ALL (${ORDINARY}) ORDER BY 1) AS roles
    FROM users WHERE deleteat = 0 AND NOT string_to_array(roles, ' ') <@ ${ORDINARY} ORDER BY 2`);
  return rows;
}

/** Null where there is no Mattermost. `since`: milliseconds since 1970. */
export async function rightsIn(client: pg.Client, since: number): Promise<Rights | null> {
  if (!(await hasPeople(client))) {
    return null;
  }
  const {rows: counted} = await client.query<{active: number}>(
    'SELECT count(*)::int AS active FROM users WHERE deleteat = 0',
  );
  const {rows: deactivated} = await client.query<{id: string; username: string}>(
    'SELECT id::text, username::text FROM users WHERE deleteat > $1 AND createat <= $1 ORDER BY 2',
    [since],
  );
  return {active: counted[0]?.active ?? 0, privileged: await privilegedPeople(client), deactivated};
}

/** A session keeps the roles of its beginning, so those whose roles shrink are signed out. */
export async function takeRights(client: pg.Client, people: readonly RightsOfToday[], now: number): Promise<number> {
  await client.query('BEGIN');
  for (const {id, roles, is_deactivated: isDeactivated} of people) {
    await client.query(
      `UPDATE users SET updateat = $2, deleteat = CASE WHEN $3 THEN $2 ELSE deleteat END,
        roles = CASE WHEN $4::text[] IS NULL THEN roles ELSE array_to_string(ARRAY(
          SELECT role FROM unnest(string_to_array(roles, ' ')) WITH ORDINALITY had(role, place)
          WHERE role = ANY (${ORDINARY} || $4::text[]) ORDER BY place), ' ') END
      WHERE id = $1`,
      [id, now, isDeactivated, roles === 'unchanged' ? null : roles],
    );
  }
  await client.query('DELETE FROM sessions WHERE userid = ANY ($1)', [people.map(({id}) => id)]);
  await client.query('COMMIT');
  return people.length;
}

async function hasPeople(client: pg.Client): Promise<boolean> {
  const {rows} = await client.query<{found: boolean}>(
    `SELECT to_regclass('systems') IS NOT NULL AND to_regclass('users') IS NOT NULL AS found`,
  );
  return rows[0]?.found ?? false;
}
