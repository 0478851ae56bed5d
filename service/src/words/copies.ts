import type {CopyState} from '@disaster-recovery/contract';
import {formatDuration} from '../kernel/format.ts';
import {counted} from './plural.ts';

export const NO_COPIES =
  'No copies are configured: what is lost with this repository is lost. Add one under `copies` in the configuration of the companion.';

/** How old what a copy has is, and whether that is too old. */
export function ageWords({newest_t0: t0, objective_ms: objective, late}: CopyState, now: number): string {
  if (t0 === null) {
    return 'no good set yet';
  }
  const age = formatDuration(Math.max(0, now - t0));
  return late ? `${age}, more than the ${formatDuration(objective)} allowed` : age;
}

/** What a copy is doing, or what keeps it from that. */
export function doingWords(copy: CopyState, now: number): string {
  if (copy.running !== null) {
    return `copying (job ${copy.running})`;
  }
  if (!copy.reachable) {
    return `not reachable${againWords(copy, now)}: ${copy.message ?? ''}`;
  }
  if (copy.missing.length === 0) {
    return `${copy.sets === 0 ? 'nothing to copy yet' : 'has every set'}${appendOnlyWords(copy)}`;
  }
  const lacks = `${counted(copy.missing.length, 'set')} to copy`;
  return `${lacks}${againWords(copy, now)}${copy.window === null ? '' : `, at ${copy.window}`}`;
}

/** What it says of itself, and what it answered. */
function appendOnlyWords({append_only: it}: CopyState): string {
  if (it === null) {
    return '';
  }
  return it.proven === null ? ', append-only, not asked yet' : it.proven ? ', refuses to delete' : ', lets us delete';
}

const againWords = ({next_try: at}: CopyState, now: number): string =>
  at === null ? '' : `, tried again in ${formatDuration(Math.max(0, at - now))}`;
