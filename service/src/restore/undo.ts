import {join} from 'node:path';
import type {Actor, RestoreResult} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import type {Jobs, Procedure, StartedJob} from '../jobs/index.ts';
import type {RestoreEngines} from './engines.ts';
import {formerStates} from './leavings.ts';
import {rightsToday} from './live_rights.ts';
import {requireSecond} from './second_administrator.ts';
import {swapOut} from './stage.ts';
import type {Undoable, UndoLog} from './undo_log.ts';

type UndoPlan = Undoable & {steps: string[]};

const undoneName = (plan: Pick<UndoPlan, 'kept' | 'restore'>): string =>
  `${(plan.kept.database?.name ?? '').slice(0, 40)}_undone_${plan.restore}`;

export type Undo = {
  /** What an undo of the newest restore in place, or of the one that is named, would put back. @throws Failure NOTHING_TO_UNDO */
  planUndo(restore?: string): Promise<{restore: string; set: string; swapped_at: number; puts_back: string[]}>;
  /** @throws Failure NOTHING_TO_UNDO, SECOND_ADMINISTRATOR_NEEDED */
  undo(by: {actor: Actor; restore?: string | undefined; approval?: string | undefined}): Promise<StartedJob>;
};

export function createUndo(engines: RestoreEngines, jobs: Jobs, undoLog: UndoLog): Undo {
  const procedure = undoProcedure(engines, undoLog);
  const asked = (restore: string | undefined): unknown => ({undo: restore ?? true});
  const interrupted = (restore: string | undefined): UndoPlan | null =>
    jobs.planToContinue('undo', asked(restore)) as UndoPlan | null;
  return {
    planUndo: async (restore) => {
      const plan = interrupted(restore) ?? (await findUndoable(engines, undoLog, restore));
      const {database, directories} = plan.kept;
      return {
        restore: plan.restore,
        set: plan.set,
        swapped_at: plan.swapped_at,
        puts_back: [
          ...(database ? [`database ${database.name}, from ${database.former}`] : []),
          ...directories.map(({directory, area}) => `${directory}, from ${join(area, 'former')}`),
        ],
      };
    },
    undo: async ({actor, restore, approval}) => {
      const makePlan = async (): Promise<UndoPlan> => {
        const undoable = await findUndoable(engines, undoLog, restore);
        const {restore: id, set} = undoable;
        const says = `undo restore ${id} of set ${set}`;
        const replacing = {verb: 'undo' as const, says, request: {undo: id}, rights: await rightsToday(engines, 0)};
        requireSecond(engines, replacing, {actor, approval});
        return {...undoable, steps: ['swap_back']};
      };
      return jobs.start(procedure, makePlan, {actor, reason: 'undo', request: asked(restore)});
    },
  };
}

/** Where the log knows nothing, what lies on disk is pointed out: the state directory may have been lost with the server. */
async function findUndoable({live}: RestoreEngines, undoLog: UndoLog, restore: string | undefined): Promise<Undoable> {
  const known = undoLog.find(restore);
  if (known) {
    return known;
  }
  const lying = await formerStates(live);
  const hint =
    lying.length > 0
      ? ` Former states of earlier restores lie in ${lying.join(', ')}; the database of before is named NAME_before_ID, with the ID in those names.`
      : '';
  throw new Failure(
    'NOTHING_TO_UNDO',
    `This state directory knows of no restore ${restore === undefined ? '' : `${restore} `}in place.${hint}`,
    {details: {former_states: lying}},
  );
}

/** Puts back what a restore in place had set aside; what the restore brought is set aside in its turn, never deleted. */
function undoProcedure(engines: RestoreEngines, undoLog: UndoLog): Procedure<UndoPlan, object> {
  return {
    kind: 'undo',
    subject: ({set}) => set,
    steps: [
      {
        name: 'swap_back',
        run: async ({kept, restore}, _found, context) => {
          if (kept.database && engines.live) {
            await engines.databases
              .target(engines.live.databaseUrl)
              .swap(kept.database.name, kept.database.former, undoneName({kept, restore}));
          }
          for (const {directory, ...area} of kept.directories) {
            await swapOut(directory, area);
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
