import type {Actor, RestoreResult} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {need, type Jobs, type Procedure, type StartedJob} from '../jobs/index.ts';
import type {RestoreEngines} from './engines.ts';
import {rightsToday} from './live_rights.ts';
import {requireSecond} from './second_administrator.ts';
import type {Undoable, UndoLog} from './undo_log.ts';

type UndoPlan = Undoable & {steps: string[]};
/** Where what the restore had brought is kept now. */
type UndoFound = {kept_at: string[]};

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
          ...directories.map((aside) => {
            const {place, former} = engines.fileTargets.whereabouts(aside);
            return `${place}, from ${former}`;
          }),
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
async function findUndoable(engines: RestoreEngines, undoLog: UndoLog, restore: string | undefined): Promise<Undoable> {
  const known = undoLog.find(restore);
  if (known) {
    return known;
  }
  const lying = await formerStates(engines);
  const hint =
    lying.length > 0 ? ` Former states of earlier restores lie in ${lying.join(', ')}; ${databaseHint(engines)}` : '';
  throw new Failure(
    'NOTHING_TO_UNDO',
    `This state directory knows of no restore ${restore === undefined ? '' : `${restore} `}in place.${hint}`,
    {details: {former_states: lying}},
  );
}

const databaseHint = ({databases, live}: RestoreEngines): string =>
  live === null
    ? ''
    : `the database of before is named ${databases.target(live.databaseUrl).former({id: 'ID', beside: true, exists: true}).former}, with the ID in those names.`;

/** Former states of the live server that lie at its places, whether or not this state directory knows of the restore that left them. */
async function formerStates({live, fileTargets}: RestoreEngines): Promise<string[]> {
  const places = [live?.files, live?.config].filter((place) => typeof place === 'string');
  return (await Promise.all(places.map((place) => fileTargets.at(place).formerStates()))).flat();
}

/** Puts back what a restore in place had set aside; what the restore brought is set aside in its turn, never deleted. */
function undoProcedure(engines: RestoreEngines, undoLog: UndoLog): Procedure<UndoPlan, UndoFound> {
  return {
    kind: 'undo',
    subject: ({set}) => set,
    steps: [
      {
        name: 'swap_back',
        run: async ({kept, restore}, _found, context) => {
          const keptAt: string[] = [];
          if (kept.database && engines.live) {
            const undone = await engines.databases.target(engines.live.databaseUrl).swapBack(kept.database, restore);
            keptAt.push(`database ${undone}`);
          }
          for (const former of kept.directories) {
            await engines.fileTargets.swapBack(former);
            keptAt.push(engines.fileTargets.whereabouts(former).undone);
          }
          undoLog.markUndone(restore);
          engines.ledger.append('restore.undone', context.actor, {restore, job: context.job});
          return {kept_at: keptAt};
        },
      },
    ],
    conclude: (plan, found) => ({
      status: 'success',
      result: {
        id: plan.restore,
        set: plan.set,
        mode: 'undo',
        tables: null,
        files: null,
        config: null,
        restore_point: null,
        undo: need(found, 'kept_at'),
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
