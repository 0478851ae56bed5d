import type {Side} from './hold.ts';

/** Where drctl is killed: at one side of what a step does, or at a moment in the middle of it. */
export interface KillPoint<At extends string = string> {
  readonly step: string;
  readonly at: At;
}

/** A kill, and what the administrator does afterwards: the same command again, or `--undo`. */
export interface Kill<At extends string = string> extends KillPoint<At> {
  readonly then: 'again' | 'undo';
}

/** Steps as the journal names them; a test compares them with what a whole run journals. */
export const BACKUP_STEPS = [
  'preflight',
  'first_pass',
  'capture_database',
  'store_database',
  'capture_config',
  'second_pass',
  'cross_check',
  'seal',
  'read_back',
  'record',
] as const;
export const RESTORE_STEPS = [
  'find_set',
  'fetch_dump',
  'load_database',
  'stage_files',
  'stage_config',
  'prove',
  'settle',
  'swap',
  'record',
] as const;
export const UNDO_STEPS = ['swap_back'] as const;
export const KEEP_STEPS = [
  'decide',
  'forget_sets',
  'forget_parts',
  'forget_loose',
  'free_space',
  'look_again',
  'record',
] as const;

/** In the middle of a swap, in the order in which it comes to them. */
export const SWAP_MOMENTS = [
  'between the two renames of databases',
  'while files are set aside',
  'while files come in',
] as const;
export type SwapMoment = (typeof SWAP_MOMENTS)[number];

/** Both sides of every step, in the order of a run. */
function bothSides(steps: readonly string[]): KillPoint<Side>[] {
  return steps.flatMap((step) => (['before', 'after'] as const).map((at) => ({step, at})));
}

export const BACKUP_POINTS: readonly KillPoint<Side>[] = bothSides(BACKUP_STEPS);
export const BESIDE_POINTS: readonly KillPoint<Side>[] = bothSides(RESTORE_STEPS);
export const IN_PLACE_POINTS: readonly KillPoint<Side | SwapMoment>[] = BESIDE_POINTS.flatMap((point) =>
  point.step === 'swap' && point.at === 'after' ? [...SWAP_MOMENTS.map((at) => ({step: 'swap', at})), point] : [point],
);
export const UNDO_POINTS: readonly KillPoint<Side>[] = bothSides(UNDO_STEPS);
export const KEEP_POINTS: readonly KillPoint<Side>[] = bothSides(KEEP_STEPS);

/** The set is in the repository: a later rerun brings it to its end, and makes no second one. */
export const isSealed = ({step, at}: KillPoint): boolean =>
  ['read_back', 'record'].includes(step) || (step === 'seal' && at === 'after');

/** Before its swap a restore in place has changed nothing, so there is nothing to undo. */
const hasSwapped = ({step, at}: KillPoint): boolean => step === 'record' || (step === 'swap' && at !== 'before');

/** The whole table. The ordinary run goes through the points of each list once, in one chain; `make soak` takes each kill by itself. */
export const KILLS = {
  backup: followedBy('again', BACKUP_POINTS),
  beside: followedBy('again', BESIDE_POINTS),
  inPlace: [...followedBy('again', IN_PLACE_POINTS), ...followedBy('undo', IN_PLACE_POINTS.filter(hasSwapped))],
  undo: followedBy('again', UNDO_POINTS),
};

function followedBy<At extends string>(then: Kill['then'], points: readonly KillPoint<At>[]): Kill<At>[] {
  return points.map((point) => ({...point, then}));
}

/** For the name of a test. */
export function pointName({step, at}: KillPoint): string {
  return `${at === 'before' || at === 'after' ? `${at} what ${step} does` : `${at} (${step})`}`;
}
