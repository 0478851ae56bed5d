import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {KeepPreview} from '@disaster-recovery/contract';
import type {StartedJob} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createHolds, createKeeping, HOLD_TABLE, type Keeping} from '../retention/index.ts';
import {SET, START} from './answers.ts';

export const OLD_SET = '20261101T110000Z-aaaaaa';

/** For tests: of two sets one stays, and one goes. */
const keepPreview: KeepPreview = {
  repository: 'main',
  sets: [
    {
      set: SET,
      t0: START,
      kind: 'backup',
      scope: ['database', 'config', 'files'],
      reasons: [{code: 'newest_good', message: 'The newest good one.'}],
      goes: false,
    },
    {set: OLD_SET, t0: START - 23 * 86_400_000, kind: 'backup', scope: ['database'], reasons: [], goes: true},
  ],
  held_back: null,
  loose: 0,
  rules: ['7 days'],
};

/** For tests: real holds with a state of their own, and canned rules. */
export function cannedKeeping({clock, apply}: {clock: Clock; apply: () => Promise<StartedJob>}): Keeping {
  const state = openState(mkdtempSync(join(tmpdir(), 'keeping-')), [LEDGER_TABLE, HOLD_TABLE]);
  return createKeeping({
    holds: createHolds({state, clock, ledger: createLedger(state, clock)}),
    of: (repository) => {
      if (repository !== undefined && repository !== 'main') {
        throw new Failure('REPOSITORY_UNKNOWN', `There is no repository ${repository}.`);
      }
      return {preview: async () => keepPreview, apply};
    },
    find: async (set) => (set === 'latest' ? SET : set),
  });
}
