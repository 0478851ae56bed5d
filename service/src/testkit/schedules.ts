import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ALL_PARTS} from '@disaster-recovery/contract';
import type {Jobs, StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createSchedules, SCHEDULE_TABLES, type Schedules} from '../schedule/index.ts';

/** Real schedules with a state of their own: one, called `nightly`, at 02:00 in Berlin. `backup`: what its runs begin. */
export function nightlySchedules({
  clock,
  jobs,
  backup,
}: {
  clock: Clock;
  jobs: Jobs;
  backup: () => Promise<StartedJob>;
}): Schedules {
  const state = openState(mkdtempSync(join(tmpdir(), 'schedules-')), [LEDGER_TABLE, SCHEDULE_TABLES]);
  const setting = {
    name: 'nightly',
    cron: '0 2 * * *',
    timeZone: 'Europe/Berlin',
    scope: ALL_PARTS,
    jitterMs: 0,
    windowMs: null,
    verify: null,
    keep: [],
  };
  return createSchedules({
    clock,
    state,
    ledger: createLedger(state, clock),
    jobs,
    settings: () => [setting],
    begin: {backup, follow: backup},
  });
}
