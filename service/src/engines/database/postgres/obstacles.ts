import pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';
import type {Obstacle} from '../port.ts';
import {letCreateDatabases} from './privileges.ts';
import {policiesForRoles, superuserObjects} from './superuser_objects.ts';

const SHOWN = 5;
const some = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`;
const quoted = (name: string): string => pg.escapeIdentifier(name);

/** What a role may do everywhere. */
export type Role = {name: string; is_superuser: boolean; can_create_databases: boolean};

export async function roleOf(client: pg.Client): Promise<Role> {
  const {rows} = await client.query<Role>(
    `SELECT rolname::text AS name, rolsuper AS is_superuser, rolcreatedb OR rolsuper AS can_create_databases FROM pg_roles WHERE rolname = current_user`,
  );
  if (!rows[0]) {
    throw new Error('PostgreSQL does not know the current role');
  }
  return rows[0];
}

/** What keeps this role from backing up all of this database, or from restoring it later. */
export async function backupObstacles(client: pg.Client, role: Role): Promise<Obstacle[]> {
  return [
    ...(await unreadable(client, role)),
    ...(await hiddenByPolicies(client)),
    ...(role.is_superuser ? [superuserRole(role.name)] : await beyondThisRole(client, role)),
    ...(role.can_create_databases ? [] : [{...cannotCreateDatabases(role.name), stops: false}]),
    ...(await forOtherRoles(client)),
  ];
}

const cannotCreateDatabases = (role: string): Obstacle => ({
  code: 'DATABASE_PRIVILEGE',
  stops: true,
  message: `The role ${role} cannot create databases, which a restore needs.`,
  remedy: `As superuser: ${letCreateDatabases(role)}`,
});

/** A set is data that somebody else may have made; loading it runs what it holds. */
const superuserRole = (role: string): Obstacle => ({
  code: 'DATABASE_PRIVILEGE',
  stops: false,
  message: `The role ${role} is a superuser: what a set holds (functions, checks, triggers) runs with all rights on the PostgreSQL server while it is loaded.`,
  remedy: 'Use the role that owns the database of Mattermost and is no superuser.',
});

/** Tables and sequences that a dump could not read. */
async function unreadable(client: pg.Client, {name}: Role): Promise<Obstacle[]> {
  const {rows} = await client.query<{kind: string; object: string; schema: string; usage: boolean}>(
    `SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, format('%I.%I', n.nspname, c.relname) AS object,
      n.nspname::text AS schema, has_schema_privilege(n.oid, 'USAGE') AS usage
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      AND NOT (has_schema_privilege(n.oid, 'USAGE')
        AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT') ELSE has_table_privilege(c.oid, 'SELECT') END)
    ORDER BY 2`,
  );
  if (rows.length === 0) {
    return [];
  }
  const schemas = [...new Set(rows.filter(({usage}) => !usage).map(({schema}) => schema))];
  return [
    {
      code: 'DATABASE_PRIVILEGE',
      stops: true,
      message: `The role ${name} may not read ${some(rows.map(({object}) => object))}, so a dump would not be whole.`,
      remedy: `As superuser: ${[
        ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${quoted(schema)} TO ${quoted(name)};`),
        ...rows.map(({kind, object}) => `GRANT SELECT ON ${kind} ${object} TO ${quoted(name)};`),
      ].join(' ')}`,
    },
  ];
}

/** Tables of which this role sees only the rows that a policy shows. */
async function hiddenByPolicies(client: pg.Client): Promise<Obstacle[]> {
  const {rows} = await client.query<{object: string; forced: boolean}>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS object, c.relforcerowsecurity AS forced
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND n.nspname !~ '^pg_' AND row_security_active(c.oid) ORDER BY 1`,
  );
  return rows.length === 0
    ? []
    : [
        {
          code: 'DATABASE_ROW_SECURITY',
          stops: true,
          message: `Row security policies hide rows of ${some(rows.map(({object}) => object))} from the role that backs up.`,
          remedy: `As superuser: ${rows
            .map(({object, forced}) => `ALTER TABLE ${object} ${forced ? 'NO FORCE' : 'DISABLE'} ROW LEVEL SECURITY;`)
            .join(' ')}`,
        },
      ];
}

/** What a restore by this role will leave out, known while there is time to change it. */
async function beyondThisRole(client: pg.Client, {name}: Role): Promise<Obstacle[]> {
  const found = await superuserObjects(client);
  const blocking = found.filter(({blocks}) => blocks.length > 0);
  const left = found.filter(({blocks}) => blocks.length === 0);
  const names = (objects: typeof found): string => some(objects.map((object) => `${object.kind} ${object.name}`));
  return [
    ...(left.length === 0
      ? []
      : [
          {
            code: 'DATABASE_PRIVILEGE' as const,
            stops: false,
            message: `Only a superuser can make: ${names(left)}. The set holds it; a restore by the role ${name} leaves it out and says so.`,
            remedy: 'Keep the SQL that made it; run it as superuser after a restore.',
          },
        ]),
    ...(blocking.length === 0
      ? []
      : [
          {
            code: 'DATABASE_PRIVILEGE' as const,
            stops: false,
            message: `Only a superuser can make: ${names(blocking)}, and ${some(blocking.flatMap(({blocks}) => blocks))} cannot be restored without it.`,
            remedy:
              'A restore of these sets needs a role that is a superuser, named in the address of the target database.',
          },
        ]),
  ];
}

async function forOtherRoles(client: pg.Client): Promise<Obstacle[]> {
  const policies = await policiesForRoles(client);
  return policies.length === 0
    ? []
    : [
        {
          code: 'DATABASE_PRIVILEGE',
          stops: false,
          message: `Row security policies name roles: ${some(policies.map(({name, roles}) => `${name} (${roles.join(', ')})`))}.`,
          remedy: 'Make these roles on a new server before a restore; policies for missing roles are left out there.',
        },
      ];
}

/** What a restore has to know of the server and the database that it writes. */
export type TargetState = {
  name: string;
  version_num: number;
  role: Role;
  exists: boolean;
  owner: string | null;
  is_owner: boolean;
  available_extensions: readonly string[];
  /** Of the database itself; null while it does not exist. */
  inside: {
    encoding: string;
    can_make_schemas: boolean;
    can_use_public: boolean;
    schemas: readonly string[];
    extensions: readonly string[];
  } | null;
};

/** What keeps this role from restoring the set there. Pure. */
export function restoreObstacles(record: DatabaseRecord, inPlace: boolean, state: TargetState): Obstacle[] {
  const {role, inside} = state;
  return [
    ...versions(record, state),
    ...(!role.can_create_databases && (inPlace || !state.exists) ? [cannotCreateDatabases(role.name)] : []),
    ...(inPlace && state.exists && !state.is_owner && !role.is_superuser ? [foreignDatabase(state)] : []),
    ...(!inPlace && inside ? unfitInside(record, state, inside) : []),
    ...missingExtensions(record, state),
    ...(role.is_superuser ? [superuserRole(role.name)] : needsSuperuser(record, state)),
  ];
}

function versions(record: DatabaseRecord, {version_num: target}: TargetState): Obstacle[] {
  const major = (version: number): number => Math.floor(version / 10_000);
  return major(target) >= major(record.server_version_num)
    ? []
    : [
        {
          code: 'DATABASE_VERSION',
          stops: true,
          message: `The set comes from PostgreSQL ${major(record.server_version_num)}; the target is PostgreSQL ${major(target)}.`,
          remedy: `Restore into PostgreSQL ${major(record.server_version_num)} or newer.`,
        },
      ];
}

const foreignDatabase = ({name, owner, role}: TargetState): Obstacle => ({
  code: 'DATABASE_PRIVILEGE',
  stops: true,
  message: `The database ${name} belongs to the role ${owner ?? ''}, so the role ${role.name} may not replace it.`,
  remedy: `As superuser: ALTER DATABASE ${quoted(name)} OWNER TO ${quoted(role.name)};`,
});

function unfitInside(
  record: DatabaseRecord,
  state: TargetState,
  inside: NonNullable<TargetState['inside']>,
): Obstacle[] {
  const wanted = [...new Set(record.tables.map(({name}) => name.split('.')[0] ?? ''))];
  const taken = wanted.filter((schema) => schema !== 'public' && inside.schemas.includes(schema));
  const grants = [
    ...(wanted.includes('public') && !inside.can_use_public ? ['USAGE, CREATE ON SCHEMA public'] : []),
    ...((wanted.some((schema) => schema !== 'public') || record.extensions.length > 1) && !inside.can_make_schemas
      ? [`CREATE ON DATABASE ${quoted(state.name)}`]
      : []),
  ];
  return [
    ...(inside.encoding === record.encoding
      ? []
      : [
          {
            code: 'DATABASE_ENCODING' as const,
            stops: true,
            message: `The database ${state.name} has the encoding ${inside.encoding}; the set has ${record.encoding}.`,
            remedy: `Name a database that does not exist, or make it anew: CREATE DATABASE ${quoted(state.name)} TEMPLATE template0 ENCODING '${record.encoding}';`,
          },
        ]),
    ...(taken.length === 0
      ? []
      : [
          {
            code: 'TARGET_NOT_EMPTY' as const,
            stops: true,
            message: `The database ${state.name} already has the schema ${taken.join(', ')}.`,
            remedy: 'Name a database that does not exist, or is empty.',
          },
        ]),
    ...(grants.length === 0
      ? []
      : [
          {
            code: 'DATABASE_PRIVILEGE' as const,
            stops: true,
            message: `The role ${state.role.name} may not make tables in the database ${state.name}, which belongs to ${state.owner ?? ''}.`,
            remedy: `As superuser: ${grants.map((grant) => `GRANT ${grant} TO ${quoted(state.role.name)};`).join(' ')}`,
          },
        ]),
  ];
}

function missingExtensions(record: DatabaseRecord, {available_extensions, role}: TargetState): Obstacle[] {
  const leftOut = role.is_superuser
    ? []
    : (record.needs_superuser ?? []).filter(({kind}) => kind === 'extension').map(({name}) => name);
  const missing = record.extensions
    .map(({name}) => name)
    .filter((name) => !leftOut.includes(name) && !available_extensions.includes(name));
  return missing.length === 0
    ? []
    : [
        {
          code: 'DATABASE_EXTENSION',
          stops: true,
          message: `The set needs the extension ${missing.join(', ')}, which the PostgreSQL server of the target does not have.`,
          remedy: 'Install its package on that server.',
        },
      ];
}

function needsSuperuser(record: DatabaseRecord, {role, inside}: TargetState): Obstacle[] {
  // An administrator may have made the extension there already.
  const lacking = (record.needs_superuser ?? []).filter(
    (one) => !(one.kind === 'extension' && inside?.extensions.includes(one.name)),
  );
  const blocking = lacking.filter(({blocks}) => blocks.length > 0);
  const left = lacking.filter(({blocks}) => blocks.length === 0);
  const name = ({kind, name: object}: {kind: string; name: string}): string => `${kind} ${object}`;
  return [
    ...(blocking.length === 0
      ? []
      : [
          {
            code: 'DATABASE_PRIVILEGE' as const,
            stops: true,
            message: `Only a superuser can make ${some(blocking.map(name))}, and ${some(blocking.flatMap(({blocks}) => blocks))} cannot be restored without it; the role ${role.name} is none.`,
            remedy: 'Restore into a database named with a superuser in its address.',
          },
        ]),
    ...(left.length === 0
      ? []
      : [
          {
            code: 'DATABASE_PRIVILEGE' as const,
            stops: false,
            message: `Left out, because only a superuser can make it: ${some(left.map(name))}.`,
            remedy: 'Make it again as superuser after the restore.',
          },
        ]),
  ];
}
