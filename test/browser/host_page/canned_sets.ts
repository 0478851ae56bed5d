import type {SetManifest, SetSummary} from '@disaster-recovery/contract';

/** Sets for looking at the page without a server. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function setName(at: number, tail: string): string {
  return `${new Date(at).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z-${tail}`;
}

export function cannedSet(ageMs: number, change: Partial<SetSummary> = {}): SetSummary {
  const t0 = Date.now() - ageMs;
  return {
    id: setName(t0, 'k3x9qa'),
    kind: 'backup',
    t0,
    reason: '',
    scope: ['database', 'config', 'files'],
    server_version: '11.1.0',
    bytes: 3_742_118_004,
    bytes_added: 41_220_113,
    rows: 1_904_882,
    files: 48_211,
    cross_check: 'passed',
    omitted: [],
    standing: {kind: 'good', missing: [], incomplete: [], elsewhere: []},
    ...change,
  };
}

export function cannedSets(): SetSummary[] {
  return [
    cannedSet(2 * HOUR + 14 * MINUTE),
    cannedSet(DAY + 3 * HOUR, {
      id: setName(Date.now() - DAY, 'm0pw2c'),
      bytes_added: 39_004_118,
      reason: 'nightly',
      rows: 1_899_120,
      files: 48_120,
    }),
    cannedSet(2 * DAY + 7 * HOUR, {
      id: setName(Date.now() - 2 * DAY, 'zz81ta'),
      kind: 'restore_point',
      reason: 'before the restore of 21 November',
      bytes_added: 812_004,
    }),
    cannedSet(3 * DAY, {
      id: setName(Date.now() - 3 * DAY, 'q77h1d'),
      scope: ['database', 'config'],
      files: 0,
      cross_check: 'not_possible',
      bytes_added: 28_114_000,
      standing: {kind: 'partial', missing: ['files'], incomplete: [], elsewhere: []},
      omitted: [{part: 'files', what: 'the whole file store', reason: 'Left out on request.'}],
      reason: 'before 11.2 upgrade, database only',
    }),
    cannedSet(4 * DAY, {
      id: setName(Date.now() - 4 * DAY, 'a1b2c3'),
      cross_check: 'passed_with_losses',
      bytes_added: 44_000_000,
    }),
    cannedSet(9 * DAY, {
      id: setName(Date.now() - 9 * DAY, 'd4e5f6'),
      cross_check: 'failed',
      bytes_added: 3_100_000_000,
      standing: {kind: 'damaged', missing: [], incomplete: [], elsewhere: []},
    }),
  ];
}

export function cannedManifest(): SetManifest {
  const now = Date.now();
  return {
    format: 1,
    id: setName(now, 'n4v7ke'),
    kind: 'backup',
    reason: 'before the upgrade',
    actor: {kind: 'mattermost', id: 'u1', name: 'first.admin'},
    scope: ['database', 'config', 'files'],
    t0: now - 60_000,
    position: '0/1A2B3C',
    started_at: now - 95_000,
    finished_at: now,
    server: {version: '11.1.0', schema_version: 143, diagnostic_id: null, site_url: null},
    database: {
      name: 'mattermost',
      owner: 'mmuser',
      server_version: '15.8',
      server_version_num: 150008,
      system_identifier: null,
      encoding: 'UTF8',
      collation: 'C',
      character_type: 'C',
      locale_provider: 'c',
      extensions: [],
      settings: [],
      roles: [],
      migrations: [],
      tables: Array.from({length: 82}, (_, index) => ({name: `public.t${index}`, rows: 23_230})),
      bytes: 1_880_000_000,
      dump_bytes: 900_000_000,
    },
    files: {driver: 'local', directory: './data', count: 48_250, bytes: 1_862_000_000},
    config: {
      source: 'file',
      directory: 'config',
      files: [{path: 'config.json', bytes: 22_000, sha256: 'a'.repeat(64)}],
      sha256: 'a'.repeat(64),
      env_names: [],
      effective: 'captured',
    },
    plugins: [],
    snapshots: [],
    cross_check: {
      outcome: 'passed',
      rows: 104_882,
      ok: 104_882,
      missing: 0,
      missing_in_production: 0,
      size_differs: 0,
      derived_missing: 3,
      orphans: 12,
      transient: 0,
      findings: [],
    },
    omitted: [],
    bytes_added: 12_400_113,
    durations: [],
    tool_versions: {},
    ledger: {entries: 0, head: '0'.repeat(64)},
    previous: null,
    sha256: 'b'.repeat(64),
  };
}
