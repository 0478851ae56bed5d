import type {Actor, ErrorBody, Event, Job, JobKind, JobStatus, Progress, StepRecord} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';

export type Origin = {channel_id: string; root_id: string};

export type StoredJob = {job: Job; plan: unknown; origin: Origin | null};

type JobRow = {
  id: string; kind: JobKind; status: JobStatus; actor: string; reason: string; subject: string | null; plan: string; origin: string | null;
  created_at: number; started_at: number | null; finished_at: number | null; progress: string | null; result: string | null; error: string | null;
};
type JournalRow = {step: string; outcome: StepRecord['outcome']; started_at: number; ms: number | null; output: string | null};
type NewEvent = Event extends infer E ? E extends Event ? Omit<E, 'seq' | 'at' | 'job' | 'kind'> : never : never;

const ENDED: readonly JobStatus[] = ['success', 'warning', 'error', 'canceled'];

export function hasEnded(status: JobStatus): boolean {
  return ENDED.includes(status);
}

/** Jobs on disk: what was asked, the journal of its steps, and the events that it told. */
export type JobStore = ReturnType<typeof createJobStore>;

export function createJobStore(state: State, clock: Clock) {
  const {db} = state;
  const insertJob = db.prepare(`INSERT INTO jobs (id, kind, status, actor, reason, subject, plan, origin, created_at) VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?)`);
  const selectJob = db.prepare('SELECT * FROM jobs WHERE id = ?');
  const selectNewest = db.prepare('SELECT * FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT ?');
  const selectUnended = db.prepare(`SELECT * FROM jobs WHERE status IN ('pending', 'in_progress', 'cancel_requested') ORDER BY created_at`);
  const selectJournal = db.prepare('SELECT * FROM journal WHERE job = ? ORDER BY started_at, rowid');
  const upsertStep = db.prepare(`INSERT INTO journal (job, step, outcome, started_at, ms, output) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (job, step) DO UPDATE SET outcome = excluded.outcome, started_at = excluded.started_at, ms = excluded.ms, output = excluded.output`);
  const insertEvent = db.prepare('INSERT INTO events (job, type, body) VALUES (?, ?, ?)');
  const selectEvents = db.prepare('SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT 500');
  const lastEvent = db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`);
  const dropProgress = db.prepare(`DELETE FROM events WHERE job = ? AND type = 'progress'`);
  const setProgress = db.prepare('UPDATE jobs SET progress = ? WHERE id = ?');

  function toStored(row: JobRow): StoredJob {
    const journal = selectJournal.all(row.id) as JournalRow[];
    return {
      plan: JSON.parse(row.plan),
      origin: row.origin === null ? null : JSON.parse(row.origin) as Origin,
      job: {
        id: row.id, kind: row.kind, status: row.status, actor: JSON.parse(row.actor) as Actor, reason: row.reason, subject: row.subject,
        created_at: row.created_at, started_at: row.started_at, finished_at: row.finished_at,
        progress: row.progress === null ? null : JSON.parse(row.progress) as Progress,
        steps: stepRecords(JSON.parse(row.plan) as {steps?: string[]}, journal),
        result: row.result === null ? null : JSON.parse(row.result),
        error: row.error === null ? null : JSON.parse(row.error) as ErrorBody,
      },
    };
  }

  function get(id: string): StoredJob {
    const row = selectJob.get(id) as JobRow | undefined;
    if (!row) {
      throw new Failure('NOT_FOUND', `There is no job ${id}.`);
    }
    return toStored(row);
  }

  function tell(job: Job, event: NewEvent): void {
    insertEvent.run(job.id, event.type, JSON.stringify({...event, at: clock.now(), job: job.id, kind: job.kind}));
  }

  function setStatus(job: Job, status: JobStatus, fields: {result?: unknown; error?: ErrorBody} = {}): void {
    state.transact(() => {
      const ended = hasEnded(status);
      db.prepare(`UPDATE jobs SET status = ?, started_at = coalesce(started_at, ?), finished_at = ?, result = ?, error = ? WHERE id = ?`).run(
        status, clock.now(), ended ? clock.now() : null,
        fields.result === undefined ? null : JSON.stringify(fields.result),
        fields.error === undefined ? null : JSON.stringify(fields.error), job.id,
      );
      if (ended) {
        dropProgress.run(job.id);
      }
      tell(job, {type: 'status', status, error: fields.error ?? null});
    });
  }

  return {
    get,
    tell,
    setStatus,
    add(job: {id: string; kind: JobKind; actor: Actor; reason: string; subject: string; plan: unknown; origin: Origin | null}): StoredJob {
      insertJob.run(job.id, job.kind, JSON.stringify(job.actor), job.reason, job.subject, JSON.stringify(job.plan),
        job.origin && JSON.stringify(job.origin), clock.now());
      return get(job.id);
    },
    newest: (limit: number) => (selectNewest.all(limit) as JobRow[]).map((row) => toStored(row).job),
    unended: () => (selectUnended.all() as JobRow[]).map(toStored),
    journal: (id: string) => (selectJournal.all(id) as JournalRow[]),
    recordStep(id: string, step: string, outcome: StepRecord['outcome'], startedAt: number, ms: number | null, output: unknown): void {
      upsertStep.run(id, step, outcome, startedAt, ms, output === undefined ? null : JSON.stringify(output));
    },
    saveProgress(job: Job, progress: Progress): void {
      setProgress.run(JSON.stringify(progress), job.id);
      tell(job, {type: 'progress', progress});
    },
    eventsAfter: (seq: number) => (selectEvents.all(seq) as {seq: number; body: string}[]).map(
      (row) => ({...JSON.parse(row.body) as Event, seq: row.seq})),
    lastEventSeq: () => (lastEvent.get() as {seq: number} | undefined)?.seq ?? 0,
  };
}

function stepRecords(plan: {steps?: string[]}, journal: readonly JournalRow[]): StepRecord[] {
  const byName = new Map(journal.map((row) => [row.step, row]));
  return (plan.steps ?? []).map((name) => {
    const row = byName.get(name);
    return {name, outcome: row?.outcome ?? 'waiting', started_at: row?.started_at ?? null, ms: row?.ms ?? null};
  });
}
