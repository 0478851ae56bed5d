import type pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';

type Kind = {kind: string; sql: string};

const OWN = 'oid >= 16384';
const IS_MEMBER = (catalog: string): string =>
  `EXISTS (SELECT 1 FROM pg_depend m WHERE m.classid = '${catalog}'::regclass AND m.objid = o.oid AND m.deptype = 'e')`;
const all = (catalog: string, where = 'true'): string =>
  `SELECT '${catalog}'::regclass::oid AS classid, o.oid AS objid FROM ${catalog} o WHERE o.${OWN} AND NOT ${IS_MEMBER(catalog)} AND (${where})`;

/**
 * What PostgreSQL lets only a superuser make, kind by kind (its manual, SQL Commands). A role that is none cannot load it, and pg_restore ends at the first.
 * Members of extensions come with their extension and are not listed.
 */
const SUPERUSER_ONLY: readonly Kind[] = [
  {kind: 'event trigger', sql: all('pg_event_trigger')},
  {
    kind: 'extension',
    // Trusted ones are everybody's with CREATE on the database (since PostgreSQL 13).
    sql: `SELECT 'pg_extension'::regclass::oid, e.oid FROM pg_extension e JOIN pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
      WHERE v.superuser AND NOT coalesce((to_jsonb(v) ->> 'trusted')::bool, false) AND e.${OWN}`,
  },
  {
    kind: 'function in an untrusted language',
    sql: all('pg_proc', `o.prokind <> 'a' AND NOT (SELECT lanpltrusted FROM pg_language WHERE oid = o.prolang)`),
  },
  {kind: 'leakproof function', sql: all('pg_proc', 'o.proleakproof')},
  {kind: 'function with a support function', sql: all('pg_proc', `o.prosupport::oid <> 0`)},
  {
    kind: 'function with a setting of superusers',
    sql: all(
      'pg_proc',
      `EXISTS (SELECT 1 FROM unnest(o.proconfig) c JOIN pg_settings s ON lower(s.name) = lower(split_part(c, '=', 1)) WHERE s.context <> 'user')`,
    ),
  },
  {
    kind: 'aggregate with an internal state',
    sql: all(
      'pg_proc',
      `EXISTS (SELECT 1 FROM pg_aggregate a WHERE a.aggfnoid = o.oid AND a.aggtranstype = 'internal'::regtype)`,
    ),
  },
  {
    kind: 'base type',
    sql: all('pg_type', `o.typtype = 'b' AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = o.oid)`),
  },
  {kind: 'operator family', sql: all('pg_opfamily')},
  {kind: 'operator class', sql: all('pg_opclass')},
  {kind: 'cast without a function', sql: all('pg_cast', `o.castmethod = 'b'`)},
  {kind: 'foreign-data wrapper', sql: all('pg_foreign_data_wrapper')},
  {kind: 'text search parser', sql: all('pg_ts_parser')},
  {kind: 'text search template', sql: all('pg_ts_template')},
  {kind: 'access method', sql: all('pg_am')},
  {kind: 'procedural language', sql: all('pg_language')},
  {kind: 'transform', sql: all('pg_transform')},
];

/**
 * With each of them everything that cannot be made without it. `entries` are its catalog numbers as pg_restore lists them; `blocks` are tables
 * that need it: without a superuser their rows cannot be restored.
 */
const QUERY = `WITH RECURSIVE roots AS (
  ${SUPERUSER_ONLY.map(({kind, sql}) => `SELECT '${kind}' AS kind, x.* FROM (${sql}) AS x (classid, objid)`).join(' UNION ALL ')}
), needs AS (
  SELECT kind, classid AS root_class, objid AS root, classid, objid, 0 AS objsubid FROM roots
  UNION
  SELECT n.kind, n.root_class, n.root, later.classid, later.objid, later.objsubid
  FROM needs n JOIN pg_depend d ON d.refclassid = n.classid AND d.refobjid = n.objid AND (d.refobjsubid = n.objsubid OR n.objsubid = 0)
  CROSS JOIN LATERAL (
    SELECT d.classid, d.objid, d.objsubid
    UNION ALL SELECT 'pg_class'::regclass, ev_class, 0 FROM pg_rewrite WHERE d.classid = 'pg_rewrite'::regclass AND oid = d.objid
    UNION ALL SELECT 'pg_class'::regclass, adrelid, adnum::int FROM pg_attrdef WHERE d.classid = 'pg_attrdef'::regclass AND oid = d.objid
  ) AS later
)
SELECT kind, (pg_identify_object(root_class, root, 0)).identity AS name,
  array_agg(DISTINCT n.classid || ' ' || n.objid) FILTER (WHERE n.objsubid = 0) AS entries,
  coalesce(array_agg(DISTINCT i.type || ' ' || i.identity) FILTER (WHERE (n.classid, n.objid) <> (root_class, root) AND n.objsubid = 0 AND member.objid IS NULL
    AND i.type NOT IN ('rule', 'default value') AND row_type.oid IS NULL AND i.identity NOT LIKE '%[]'), '{}') AS takes,
  coalesce(array_agg(DISTINCT r.oid::regclass::text) FILTER (WHERE r.relkind IN ('r', 'p')), '{}') AS blocks
FROM needs n
LEFT JOIN pg_class r ON n.classid = 'pg_class'::regclass AND r.oid = n.objid
LEFT JOIN pg_type row_type ON n.classid = 'pg_type'::regclass AND row_type.oid = n.objid AND row_type.typrelid <> 0
LEFT JOIN pg_depend member ON member.classid = n.classid AND member.objid = n.objid AND member.deptype = 'e'
CROSS JOIN LATERAL pg_identify_object(n.classid, n.objid, 0) AS i
GROUP BY kind, root_class, root ORDER BY 1, 2`;

export type SuperuserObject = NonNullable<DatabaseRecord['needs_superuser']>[number];

/** Everything here that a role without superuser rights could not load, under whatever snapshot the client's transaction has. */
export async function superuserObjects(client: pg.Client): Promise<SuperuserObject[]> {
  const {rows} = await client.query<SuperuserObject>(QUERY);
  // An opclass makes its family, a type its functions: what goes with another is told once.
  return rows.filter(
    (one) =>
      !rows.some(
        (other) =>
          other !== one &&
          one.entries.every((entry) => other.entries.includes(entry)) &&
          other.entries.length > one.entries.length,
      ),
  );
}

/** Row security policies for roles by name: they cannot be made where the role is missing. */
export async function policiesForRoles(client: pg.Client): Promise<NonNullable<DatabaseRecord['policies']>> {
  const {rows} = await client.query<{name: string; entry: string; roles: string[]}>(
    `SELECT format('%s on %s', p.polname, p.polrelid::regclass) AS name, 'pg_policy'::regclass::oid || ' ' || p.oid AS entry,
      array(SELECT rolname::text FROM pg_roles WHERE oid = ANY (p.polroles)) AS roles
    FROM pg_policy p WHERE NOT 0 = ANY (p.polroles) ORDER BY 1`,
  );
  return rows;
}
