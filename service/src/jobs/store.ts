import type {DatabaseSync} from 'node:sqlite';
import {
  withPresentNames,
  type Actor,
  type ErrorBody,
  type Event,
  type Job,
  type JobKind,
  type JobStatus,
  type Progress,
  type StepRecord,
} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';

export type Origin = {channel_id: string; root_id: string};

export type StoredJob = {job: Job; plan: unknown; origin: Origin | null};

type JobRow = {
  id: string;
  kind: JobKind;
  status: JobStatus;
  actor: string;
  reason: string;
  subject: string | null;
  plan: string;
  origin: string | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  progress: string | null;
  result: string | null;
  error: string | null;
};
type JournalRow = {
  step: string;
  outcome: StepRecord['outcome'];
  started_at: number;
  ms: number | null;
  output: string | null;
};
type NewEvent = Event extends infer E ? (E extends Event ? Omit<E, 'seq' | 'at' | 'job' | 'kind'> : never) : never;

const ENDED: readonly JobStatus[] = ['success', 'warning', 'error', 'canceled'];

export function hasEnded(status: JobStatus): boolean {
  return ENDED.includes(status);
}

/** Jobs on disk: what was asked, the journal of its steps, and the events that it told. */
export type JobStore = ReturnType<typeof createJobStore>;

export function createJobStore(state: State, clock: Clock) {
  return {...readJobs(state.db), ...writeJobs(state, clock)};
}

function readJobs(db: DatabaseSync) {
  const selectJob = db.prepare('SELECT * FROM jobs WHERE id = ?');
  const selectNewest = db.prepare('SELECT * FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT ?');
  const selectUnended = db.prepare(
    `SELECT * FROM jobs WHERE status IN ('pending', 'in_progress', 'cancel_requested') ORDER BY created_at`,
  );
  const selectJournal = db.prepare('SELECT * FROM journal WHERE job = ? ORDER BY started_at, rowid');
  const selectEvents = db.prepare('SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT 500');
  const lastEvent = db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`);
  const journal = (id: string): JournalRow[] => selectJournal.all(id) as JournalRow[];
  const stored = (row: JobRow): StoredJob => toStored(row, journal(row.id));
  return {
    journal,
    get(id: string): StoredJob {
      const row = selectJob.get(id) as JobRow | undefined;
      if (!row) {
        throw new Failure('NOT_FOUND', `There is no job ${id}.`);
      }
      return stored(row);
    },
    newest: (limit: number): Job[] => (selectNewest.all(limit) as JobRow[]).map((row) => stored(row).job),
    unended: (): StoredJob[] => (selectUnended.all() as JobRow[]).map(stored),
    eventsAfter: (seq: number): Event[] =>
      (selectEvents.all(seq) as {seq: number; body: string}[]).map((row) => ({
        ...(JSON.parse(row.body) as Event),
        seq: row.seq,
      })),
    lastEventSeq: (): number => (lastEvent.get() as {seq: number} | undefined)?.seq ?? 0,
  };
}

type NewJob = {
  id: string;
  kind: JobKind;
  actor: Actor;
  reason: string;
  subject: string;
  plan: unknown;
  origin: Origin | null;
};

function writeJobs(state: State, clock: Clock) {
  const {db} = state;
  const insertJob = db.prepare(
    `INSERT INTO jobs (id, kind, status, actor, reason, subject, plan, origin, created_at) VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?)`,
  );
  const updateStatus = db.prepare(
    'UPDATE jobs SET status = ?, started_at = coalesce(started_at, ?), finished_at = ?, result = ?, error = ? WHERE id = ?',
  );
  const updateProgress = db.prepare('UPDATE jobs SET progress = ? WHERE id = ?');
  const upsertStep =
    db.prepare(`INSERT INTO journal (job, step, outcome, started_at, ms, output) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (job, step) DO UPDATE SET outcome = excluded.outcome, started_at = excluded.started_at, ms = excluded.ms, output = excluded.output`);
  const insertEvent = db.prepare('INSERT INTO events (job, type, body) VALUES (?, ?, ?)');
  const dropProgress = db.prepare(`DELETE FROM events WHERE job = ? AND type = 'progress'`);

  function tell(job: Job, event: NewEvent): void {
    insertEvent.run(job.id, event.type, JSON.stringify({...event, at: clock.now(), job: job.id, kind: job.kind}));
  }

  return {
    tell,
    add(job: NewJob): void {
      insertJob.run(
        job.id,
        job.kind,
        JSON.stringify(job.actor),
        job.reason,
        job.subject,
        JSON.stringify(job.plan),
        jsonOrNull(job.origin ?? undefined),
        clock.now(),
      );
    },
    setStatus(job: Job, status: JobStatus, fields: {result?: unknown; error?: ErrorBody} = {}): void {
      state.transact(() => {
        const ended = hasEnded(status);
        updateStatus.run(
          status,
          clock.now(),
          ended ? clock.now() : null,
          jsonOrNull(fields.result),
          jsonOrNull(fields.error),
          job.id,
        );
        if (ended) {
          dropProgress.run(job.id);
        }
        tell(job, {type: 'status', status, error: fields.error ?? null});
      });
    },
    recordStep(id: string, {name, outcome, started_at, ms}: StepRecord, output: unknown): void {
      upsertStep.run(id, name, outcome, started_at, ms, jsonOrNull(output));
    },
    saveProgress(job: Job, progress: Progress): void {
      updateProgress.run(JSON.stringify(progress), job.id);
      tell(job, {type: 'progress', progress});
    },
  };
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function toStored(row: JobRow, journal: readonly JournalRow[]): StoredJob {
  return {
    plan: JSON.parse(row.plan),
    origin: row.origin === null ? null : (JSON.parse(row.origin) as Origin),
    job: {
      id: row.id,
      kind: row.kind,
      status: row.status,
      actor: JSON.parse(row.actor) as Actor,
      reason: row.reason,
      subject: row.subject,
      created_at: row.created_at,
      started_at: row.started_at,
      finished_at: row.finished_at,
      progress: row.progress === null ? null : (withPresentNames(JSON.parse(row.progress)) as Progress),
      steps: stepRecords(JSON.parse(row.plan) as {steps?: string[]}, journal),
      result: row.result === null ? null : withPresentNames(JSON.parse(row.result)),
      error: row.error === null ? null : (JSON.parse(row.error) as ErrorBody),
    },
  };
}

function stepRecords(plan: {steps?: string[]}, journal: readonly JournalRow[]): StepRecord[] {
  const byName = new Map(journal.map((row) => [row.step, row]));
  return (plan.steps ?? []).map((name) => {
    const row = byName.get(name);
    return {name, outcome: row?.outcome ?? 'waiting', started_at: row?.started_at ?? null, ms: row?.ms ?? null};
  });
}
