import type {Job, SetSummary, Status, Verdict} from '@disaster-recovery/contract';
import type {Connection} from '../client.ts';
import {NO_FACTS, type Facts} from '../facts/facts.ts';

export const NOW = Date.UTC(2026, 10, 24, 12, 0);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export function exampleConnection(change: Partial<Connection> = {}): Connection {
  return {
    companion_url: 'http://127.0.0.1:8066',
    enrolled: true,
    companion_id: 'cmp-1',
    enrolled_at: NOW - 100 * HOUR,
    enrolled_by: 'first.admin',
    reachable: true,
    unreachable_since: null,
    companion_version: '0.1.0',
    last_error: null,
    plugin_version: '0.1.0',
    ...change,
  };
}

export function exampleSet(change: Partial<SetSummary> = {}): SetSummary {
  return {
    id: '20261124T094600Z-k3x9qa',
    kind: 'backup',
    t0: NOW - 2 * HOUR - 14 * MINUTE,
    reason: '',
    scope: ['database', 'config', 'files'],
    server_version: '11.1.0',
    bytes: 3_700_000_000,
    bytes_added: 41_000_000,
    rows: 1_904_882,
    files: 48_211,
    cross_check: 'passed',
    omitted: [],
    standing: {kind: 'good', missing: [], incomplete: [], elsewhere: []},
    ...change,
  };
}

export function exampleJob(change: Partial<Job> = {}): Job {
  return {
    id: 'job-1',
    kind: 'backup',
    status: 'in_progress',
    actor: {kind: 'mattermost', id: 'u', name: 'first.admin'},
    reason: '',
    subject: null,
    created_at: NOW - MINUTE,
    started_at: NOW - MINUTE,
    finished_at: null,
    steps: [],
    result: null,
    error: null,
    progress: {
      phase: 'capture_database',
      step: 3,
      steps: 9,
      done: 450,
      total: 1000,
      unit: 'bytes',
      rate: 100,
      eta_ms: 5500,
    },
    ...change,
  };
}

/** The verdict on one set, as the companion gives it. */
export function exampleVerdict(set: SetSummary | null, change: Partial<Verdict> = {}): Verdict {
  const kinds = {good: 'good', partial: 'partial', damaged: 'damaged'} as const;
  return {
    kind: set ? kinds[set.standing.kind] : 'none',
    set: set?.id ?? null,
    age_ms: set && NOW - set.t0,
    since: set && set.t0,
    beyond_objective: false,
    missing: [],
    damage: null,
    newer: null,
    ...change,
  };
}

export function exampleStatus(change: Partial<Status> = {}): Status {
  return {
    verdict: exampleVerdict(change.last_set === undefined ? exampleSet() : change.last_set),
    version: '0.1.0',
    now: NOW,
    companion_id: 'cmp-1',
    repository: {location: '/srv/repository', outcome: 'ok', message: ''},
    enrollment: {state: 'enrolled', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null},
    last_set: exampleSet(),
    sets: 1,
    running: null,
    last_failed: null,
    rpo_objective_ms: null,
    next_actions: [],
    ...change,
  };
}

export function exampleFacts(change: Partial<Facts> = {}): Facts {
  return {...NO_FACTS, connection: exampleConnection(), status: exampleStatus(), ...change};
}

export function exampleError(code: string, message = 'It broke.') {
  return {code, message, meaning: 'Something is not as it should be.', remedy: 'Put it right.', retryable: false};
}
