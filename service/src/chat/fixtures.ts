import type {Actor, Job, SetManifest, SetSummary, Status} from '@disaster-recovery/contract';

export const START = Date.UTC(2026, 10, 24, 12, 0, 0);
export const SET = '20261124T110000Z-k3v9qa';
const ACTOR: Actor = {kind: 'mattermost', id: 'u1', name: 'admin'};

/** For tests: a job of any state. */
export function aJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'job1', kind: 'backup', status: 'in_progress', actor: ACTOR, reason: '', subject: SET, created_at: START, started_at: START, finished_at: null,
    progress: null, steps: [], result: null, error: null, ...changes,
  };
}

/** For tests: what a list shows of a healthy set. */
export const summary: SetSummary = {
  id: SET, kind: 'backup', t0: START - 3_600_000, reason: '', scope: ['database', 'config', 'files'], server_version: '11.1.0', bytes: 4_000_000_000,
  bytes_added: 210_000_000, rows: 1_234_567, files: 12_345, cross_check: 'passed', omitted: [],
};

/** For tests: a whole manifest. */
export function aManifest(changes: Partial<SetManifest> = {}): SetManifest {
  return {
    format: 1, id: SET, kind: 'backup', reason: '', actor: ACTOR, scope: ['database', 'config', 'files'], t0: START - 3_600_000, lsn: null,
    started_at: START - 3_600_000, finished_at: START - 3_500_000, server: {version: '11.1.0', schema_version: 148, diagnostic_id: 'd', site_url: 's'},
    database: {
      name: 'mattermost', owner: 'mm', server_version: '16.4', server_version_num: 160004, system_identifier: null, encoding: 'UTF8', collation: 'C',
      character_type: 'C', locale_provider: 'libc', extensions: [], settings: [], roles: [], migrations: [],
      tables: [{name: 'public.posts', rows: 1_234_000}, {name: 'public.users', rows: 567}], bytes: 900_000_000, dump_bytes: 512_000_000,
    },
    files: {driver: 'local', directory: '/opt/mattermost/data', count: 12_345, bytes: 3_400_000_000},
    config: {source: 'file', directory: '/opt/mattermost/config', files: [{path: 'config.json', bytes: 9000, sha256: 'a'.repeat(64)}], sha256: 'a'.repeat(64), env_names: [], effective: 'captured'},
    plugins: [], snapshots: [],
    cross_check: {outcome: 'passed', rows: 12_345, ok: 12_345, missing: 0, missing_in_production: 0, size_differs: 0, derived_missing: 0, orphans: 0, transient: 0, findings: []},
    omitted: [], bytes_added: 210_000_000, durations: [], tool_versions: {}, ledger: {entries: 0, head: '0'.repeat(64)}, previous: null, sha256: 'b'.repeat(64), ...changes,
  };
}

/** For tests: a healthy status. */
export function aStatus(changes: Partial<Status> = {}): Status {
  return {
    version: '0.1.0', now: START, companion_id: 'c', repository: {location: '/srv/repository', outcome: 'ok', says: 'answers'},
    enrolment: {state: 'enrolled', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null}, last_set: summary, sets: 1,
    running: null, last_failed: null, rpo_objective_ms: 86_400_000, next_actions: [], ...changes,
  };
}
