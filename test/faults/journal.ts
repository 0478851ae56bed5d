import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {soonAs} from './soon_as.ts';
import type {Companion} from './companion.ts';
import type {Running} from './drctl.ts';

type Place = Pick<Companion, 'state'>;

interface StepRow {
  readonly step: string;
  readonly outcome: string;
  readonly started_at: number;
}

const NEWEST_JOB = 'SELECT id, kind, status FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT 1';
const STEPS = `SELECT step, outcome, started_at FROM journal WHERE job = (SELECT id FROM (${NEWEST_JOB})) ORDER BY started_at, rowid`;

/** Waits until that program runs `step`: not one before it that died there. Throws when the program ends before. */
export async function untilStep(place: Place, running: Running, step: string, seconds = 60): Promise<void> {
  const state = openState(place);
  try {
    const runsIt = async () =>
      state
        .rows<StepRow>(STEPS)
        .some((row) => row.step === step && row.outcome === 'running' && row.started_at >= running.startedAt);
    await soonAs(`step ${step}`, running, runsIt, seconds);
  } finally {
    state.close();
  }
}

/** The newest job has not ended, and has come to `step` in this process or in one before. */
export function hasBegun(place: Place, step: string): boolean {
  return newestJob(place)?.status === 'in_progress' && stepNames(place).includes(step);
}

/** The steps that the newest job has journalled, in their order. */
export function stepNames(place: Place): string[] {
  return once<StepRow>(place, STEPS).map(({step}) => step);
}

/** Status of the newest job. */
export function newestJob(place: Place): {id: string; kind: string; status: string} | undefined {
  return once<{id: string; kind: string; status: string}>(place, NEWEST_JOB)[0];
}

function once<Row>(place: Place, sql: string): Row[] {
  const state = openState(place);
  try {
    return state.rows<Row>(sql);
  } finally {
    state.close();
  }
}

/** Stays open while it is asked again and again: to open it takes longer than to read. */
function openState({state}: Place) {
  let db: DatabaseSync | undefined;
  return {
    rows: <Row>(sql: string): Row[] => {
      try {
        db ??= new DatabaseSync(join(state, 'state.db'), {readOnly: true, timeout: 5000});
        return db.prepare(sql).all() as Row[];
      } catch {
        // It does not exist yet.
        return [];
      }
    },
    close: () => {
      db?.close();
    },
  };
}

/** Makes the ledger slow to take entries of `kind`, so that a step which only writes one lasts long enough to be hit. */
export function slowLedger({state}: Pick<Companion, 'state'>, kind: string | null): void {
  const db = new DatabaseSync(join(state, 'state.db'), {timeout: 5000});
  db.exec('DROP TRIGGER IF EXISTS slow');
  if (kind !== null) {
    db.exec(`CREATE TRIGGER slow BEFORE INSERT ON ledger WHEN NEW.kind = '${kind}' BEGIN
      SELECT (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 12000000) SELECT count(*) FROM c); END`);
  }
  db.close();
}
