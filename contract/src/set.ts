import {z} from 'zod';
import {AbsolutePath, Actor, Part, RelativePath, SetId, Sha256, Timestamp} from './primitives.ts';
import {Omission} from './backup.ts';
import {Hold} from './keep.ts';
import {SetStanding} from './standing.ts';

/** One repository snapshot that belongs to a set. `root` is the absolute path whose content is the part. */
export const SetSnapshot = z
  .object({
    part: z.enum(['database', 'config', 'files', 'record']),
    pass: z.enum(['first', 'second']).optional(),
    id: Sha256.describe('The whole id that the snapshot got when it was made; copies in other repositories keep it.'),
    content: Sha256.optional().describe('Hash of what it holds, the same in every repository. Not in older sets.'),
    root: AbsolutePath,
  })
  .meta({id: 'SetSnapshot'});
export type SetSnapshot = z.infer<typeof SetSnapshot>;

export const TableCount = z.object({name: z.string().describe('schema.table'), rows: z.number().int()});
export type TableCount = z.infer<typeof TableCount>;

/** An account that may more than a member or a guest. `roles`: those above that. */
export const Privileged = z.object({id: z.string(), username: z.string(), roles: z.array(z.string())});
export type Privileged = z.infer<typeof Privileged>;

/** The database as it was at T0, with everything that pg_dump leaves out. */
export const DatabaseRecord = z
  .object({
    name: z.string(),
    owner: z.string(),
    server_version: z.string(),
    server_version_num: z.number().int(),
    system_identifier: z.string().nullable(),
    encoding: z.string(),
    collation: z.string(),
    character_type: z.string(),
    locale_provider: z.string(),
    extensions: z.array(z.object({name: z.string(), version: z.string()})),
    settings: z
      .array(z.object({role: z.string().nullable(), setting: z.string()}))
      .describe('ALTER DATABASE / ALTER ROLE … SET values in force for this database.'),
    roles: z.array(z.object({name: z.string(), attributes: z.array(z.string())})),
    migrations: z.array(z.object({version: z.number().int(), name: z.string()})),
    tables: z.array(TableCount),
    role: z.string().optional().describe('The role that made the backup. This and what follows: not in older sets.'),
    schema: z
      .string()
      .nullable()
      .optional()
      .describe("Where that role sees Mattermost's tables; null for no Mattermost."),
    needs_superuser: z
      .array(
        z.object({
          kind: z.string(),
          name: z.string(),
          entries: z.array(z.string()).describe('Catalog numbers in the list of contents of the dump.'),
          takes: z.array(z.string()).describe('What cannot be made without it.'),
          blocks: z.array(z.string()).describe('Tables that cannot be restored without it.'),
        }),
      )
      .optional()
      .describe('What only a superuser can make; a restore by another role leaves it out and says so.'),
    policies: z
      .array(z.object({name: z.string(), entry: z.string(), roles: z.array(z.string())}))
      .optional()
      .describe('Row security policies for roles by name.'),
    others: z
      .array(z.object({role: z.string(), owns: z.array(z.string()), may_use: z.array(z.string())}))
      .optional()
      .describe(
        'Other roles with tables or rights on tables here; after a restore all belongs to the role that restores.',
      ),
    privileged: z
      .array(Privileged)
      .optional()
      .describe('Who could more than a member or a guest at T0, so that a restore can tell who gets rights back.'),
    bytes: z.number(),
    dump_bytes: z.number(),
  })
  .meta({id: 'DatabaseRecord'});
export type DatabaseRecord = z.infer<typeof DatabaseRecord>;

export const FilesRecord = z
  .object({
    driver: z.enum(['local', 'amazons3', 'azureblob']),
    directory: z.string(),
    count: z.number().int(),
    bytes: z.number(),
  })
  .meta({id: 'FilesRecord'});
export type FilesRecord = z.infer<typeof FilesRecord>;

export const ConfigRecord = z
  .object({
    source: z.enum(['file', 'database']),
    directory: z.string().nullable(),
    files: z.array(z.object({path: RelativePath, bytes: z.number(), sha256: Sha256})),
    sha256: Sha256.describe('Hash over the sorted (path, sha256) pairs.'),
    env_names: z.array(z.string()).describe('MM_* variables of the running server.'),
    effective: z
      .enum(['captured', 'not_enrolled', 'unreachable'])
      .describe('Whether the values that exist only in the environment are in the set.'),
  })
  .meta({id: 'ConfigRecord'});
export type ConfigRecord = z.infer<typeof ConfigRecord>;

/** A database row and the file it names, when the two do not agree. */
export const CrossCheckFinding = z
  .object({
    kind: z.enum(['missing', 'size_differs', 'derived_missing', 'orphan', 'transient']),
    owner: z.enum(['file', 'thumbnail', 'preview', 'emoji', 'profile_image', 'team_icon', 'plugin', 'brand', 'none']),
    id: z.string(),
    path: z.string(),
    expected_bytes: z.number().nullable(),
    actual_bytes: z.number().nullable(),
    in_production: z.boolean().describe('The live server lacked it too: lost before this backup.'),
  })
  .meta({id: 'CrossCheckFinding'});
export type CrossCheckFinding = z.infer<typeof CrossCheckFinding>;

export const CrossCheck = z
  .object({
    outcome: z.enum(['passed', 'passed_with_losses', 'failed', 'not_possible']),
    rows: z.number().int().describe('Rows that name a file.'),
    ok: z.number().int(),
    missing: z.number().int(),
    missing_in_production: z.number().int(),
    size_differs: z.number().int(),
    derived_missing: z.number().int().describe('Thumbnails and previews; Mattermost makes them again.'),
    orphans: z.number().int().describe('Files that no row names.'),
    transient: z.number().int().describe('Uploads in flight, exports, temporary files.'),
    findings: z.array(CrossCheckFinding).describe('The first 1,000.'),
  })
  .meta({id: 'CrossCheck'});
export type CrossCheck = z.infer<typeof CrossCheck>;

/** What a set is. Written last: a set without it does not exist. */
export const SetManifest = z
  .object({
    format: z.literal(1),
    id: SetId,
    kind: z.enum(['backup', 'restore_point']),
    reason: z.string(),
    actor: Actor,
    scope: z.array(Part),
    t0: Timestamp.describe('The instant that the database and the file list show.'),
    position: z
      .string()
      .nullable()
      .describe("Where the database was at T0 in its server's own log; null when that does not tell."),
    started_at: Timestamp,
    finished_at: Timestamp,
    server: z
      .object({
        version: z.string().nullable().describe('Null when no server answered; the schema tells enough for a restore.'),
        schema_version: z.number().int().describe('Highest migration of Mattermost that the database has.'),
        diagnostic_id: z.string().nullable(),
        site_url: z.string().nullable(),
      })
      .nullable(),
    database: DatabaseRecord.nullable(),
    files: FilesRecord.nullable(),
    config: ConfigRecord.nullable(),
    plugins: z.array(
      z.object({
        id: z.string(),
        enabled: z.boolean(),
        bundle: z
          .boolean()
          .describe('Its bundle is in the file store; without one it came with Mattermost or is not installed.'),
      }),
    ),
    snapshots: z.array(SetSnapshot),
    cross_check: CrossCheck,
    omitted: z.array(Omission),
    bytes_added: z
      .number()
      .describe('Bytes that this set added to the repository, after deduplication and compression.'),
    durations: z.array(z.object({step: z.string(), ms: z.number()})),
    tool_versions: z.record(z.string(), z.string()),
    ledger: z
      .object({entries: z.number().int(), head: Sha256})
      .describe('The ledger when the set was sealed: an anchor against later changes of it.'),
    previous: SetId.nullable(),
    sha256: Sha256.describe('Hash of the canonical JSON of all other fields.'),
  })
  .meta({id: 'SetManifest'});
export type SetManifest = z.infer<typeof SetManifest>;

/** What a list shows of a set. */
export const SetSummary = z
  .object({
    id: SetId,
    kind: z.enum(['backup', 'restore_point']),
    t0: Timestamp,
    reason: z.string(),
    scope: z.array(Part),
    server_version: z.string().nullable(),
    bytes: z.number().describe('Bytes that a restore writes.'),
    bytes_added: z.number(),
    rows: z.number().int(),
    files: z.number().int(),
    cross_check: CrossCheck.shape.outcome,
    omitted: z.array(Omission),
    standing: SetStanding,
  })
  .meta({id: 'SetSummary'});
export type SetSummary = z.infer<typeof SetSummary>;

export const ListRequest = z
  .object({good: z.boolean().default(false).describe('Only those that give everything back.')})
  .strict()
  .meta({id: 'ListRequest'});
export type ListRequest = z.infer<typeof ListRequest>;

/** A repository in which a set is. */
export const SetLocation = z
  .object({
    repository: z.string().describe('Its name in the configuration.'),
    snapshot: Sha256.describe('The snapshot with the manifest.'),
    sha256: Sha256.describe('Hash of the manifest: the same in every copy.'),
    complete: z.boolean().describe('All that the manifest names is there.'),
    lost: z.array(SetSnapshot.shape.part).describe('Parts that the manifest names and that are not there as sealed.'),
  })
  .meta({id: 'SetLocation'});
export type SetLocation = z.infer<typeof SetLocation>;

/** One set, and where it is. */
export const ListedSet = SetSummary.extend({
  in: z.array(SetLocation),
  hold: Hold.optional().describe('No keep-rule removes it.'),
}).meta({id: 'ListedSet'});
export type ListedSet = z.infer<typeof ListedSet>;

/** What is to be known beside a list of sets: what it cannot show, and what should not be taken as it stands there. */
export const RepositoryFinding = z
  .object({
    code: z.string().describe('Name of an error of docs/errors.md.'),
    repository: z.string(),
    set: SetId.nullable(),
    message: z.string(),
    remedy: z.string(),
  })
  .meta({id: 'RepositoryFinding'});
export type RepositoryFinding = z.infer<typeof RepositoryFinding>;

/** A snapshot that should hold a manifest and does not open: damaged, or written by a newer version (SET_NEWER). */
export const UnreadableSet = z
  .object({
    repository: z.string(),
    set: z.string().nullable().describe('As its tag says; null when that says nothing.'),
    snapshot: z.string(),
    code: z.string().describe('Name of an error of docs/errors.md.'),
    message: z.string(),
    remedy: z.string(),
  })
  .meta({id: 'UnreadableSet'});
export type UnreadableSet = z.infer<typeof UnreadableSet>;

export const SetList = z
  .object({
    sets: z.array(ListedSet),
    findings: z
      .array(RepositoryFinding)
      .optional()
      .describe(
        'Repositories that could not be asked, sets that differ between two, cannot be read, are not whole, are of the future, or did not pass their last verification. Not told by older companions.',
      ),
  })
  .meta({id: 'SetList'});
export type SetList = z.infer<typeof SetList>;
