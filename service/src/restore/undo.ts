import {join} from 'node:path';
import type {RestoreResult} from '@disaster-recovery/contract';
import type {Procedure} from '../jobs/index.ts';
import type {RestoreEngines} from './engines.ts';
import {swapEntriesBack} from './swap.ts';
import {swapDatabase} from './swap_database.ts';
import type {Kept, UndoLog} from './undo_log.ts';

export type UndoPlan = {restore: string; set: string; kept: Kept; steps: string[]};

const undoneName = (plan: UndoPlan): string =>
  `${(plan.kept.database?.name ?? '').slice(0, 40)}_undone_${plan.restore}`;

/** Puts back what a restore in place had set aside; what the restore brought is set aside in its turn, never deleted. */
export function undoProcedure(engines: RestoreEngines, undoLog: UndoLog): Procedure<UndoPlan, object> {
  return {
    kind: 'undo',
    subject: ({set}) => set,
    steps: [
      {
        name: 'swap_back',
        run: async ({kept, restore}, _found, context) => {
          const plan = {kept, restore} as UndoPlan;
          if (kept.database && engines.live) {
            await swapDatabase(
              engines.databases.target(engines.live.databaseUrl),
              kept.database.name,
              kept.database.former,
              undoneName(plan),
            );
          }
          for (const {directory, area} of kept.directories) {
            await swapEntriesBack(directory, join(area, 'former'), join(area, 'undone'));
          }
          undoLog.markUndone(restore);
          engines.ledger.append('restore.undone', context.actor, {restore, job: context.job});
          return {};
        },
      },
    ],
    conclude: (plan) => ({
      status: 'success',
      result: {
        id: plan.restore,
        set: plan.set,
        mode: 'undo',
        tables: null,
        files: null,
        config: null,
        restore_point: null,
        undo: [
          ...(plan.kept.database ? [`database ${undoneName(plan)}`] : []),
          ...plan.kept.directories.map(({area}) => join(area, 'undone')),
        ],
        left_out: [],
        notes: [],
        next: [
          'Start Mattermost.',
          'What the restore had brought is kept at the places named above; remove it when you are sure.',
        ],
      } satisfies RestoreResult,
    }),
    clean: async () => undefined,
  };
}
