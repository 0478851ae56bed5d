import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {soonAs} from './soon_as.ts';
import type {Companion} from './companion.ts';
import type {Running} from './drctl.ts';

/** Waits until the newest job runs `step`. Throws when the program ends before. */
export async function untilStep(
  companion: Pick<Companion, 'state'>,
  running: Running,
  step: string,
  seconds = 60,
): Promise<void> {
  await soonAs(
    `step ${step}`,
    running,
    async () => stepsOf(companion).some((row) => row.step === step && row.outcome === 'running'),
    seconds,
  );
}

function stepsOf({state}: Pick<Companion, 'state'>): {step: string; outcome: string}[] {
  return read(
    state,
    'SELECT step, outcome FROM journal WHERE job = (SELECT id FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT 1)',
  ) as {step: string; outcome: string}[];
}

/** Status of the newest job. */
export function newestJob({state}: Pick<Companion, 'state'>): {id: string; kind: string; status: string} | undefined {
  return read(state, 'SELECT id, kind, status FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT 1')[0] as
    {id: string; kind: string; status: string} | undefined;
}

function read(state: string, sql: string): unknown[] {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(state, 'state.db'), {readOnly: true, timeout: 5000});
    return db.prepare(sql).all();
  } catch {
    // It does not exist yet.
    return [];
  } finally {
    db?.close();
  }
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
