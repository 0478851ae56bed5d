import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import type {Companion} from './companion.ts';
import type {Running} from './drctl.ts';
import {untilStep} from './journal.ts';
import {soonAs} from './soon_as.ts';

/** On which side of what a step does: it is journalled as running and has done nothing, or it has done all and that is not journalled. */
export type Side = 'before' | 'after';

type Place = Pick<Companion, 'state'>;

// Minutes of counting: whoever is held is killed long before.
const HELD =
  'SELECT (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000000) SELECT count(*) FROM c)';

/** Longer than any write of a companion takes that nobody holds. */
const BUSY_MS = 100;

/** Lets the next program that comes to `step` stand still at that side of it, inside a write of its own journal. */
export function holdAt(place: Place, step: string, side: Side): void {
  write(
    place,
    side === 'before'
      ? `CREATE TRIGGER held BEFORE INSERT ON events WHEN NEW.type = 'step' AND NEW.body ->> '$.step' = '${step}'
          AND NEW.body ->> '$.outcome' = 'started' BEGIN ${HELD}; END`
      : `CREATE TRIGGER held BEFORE INSERT ON journal WHEN NEW.step = '${step}' AND NEW.outcome = 'done' BEGIN ${HELD}; END`,
  );
}

export function holdNowhere(place: Place): void {
  write(place);
}

/** Waits until it stands there. Throws when the program ends before. */
export async function untilHeld(
  place: Place,
  running: Running,
  {step, side}: {step: string; side: Side},
): Promise<void> {
  await untilStep(place, running, step);
  if (side === 'after') {
    await soonAs(`the end of step ${step}`, running, async () => isBusy(place));
  }
}

/** Somebody is in the middle of a write, and stays there. */
function isBusy({state}: Place): boolean {
  const db = new DatabaseSync(join(state, 'state.db'), {timeout: BUSY_MS});
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}

function write({state}: Place, sql = ''): void {
  const db = new DatabaseSync(join(state, 'state.db'), {timeout: 5000});
  try {
    db.exec(`DROP TRIGGER IF EXISTS held; ${sql}`);
  } finally {
    db.close();
  }
}
