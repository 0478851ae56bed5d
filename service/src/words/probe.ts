import type {Probe} from '@disaster-recovery/contract';

const NOTHING_DECLARED =
  'No repository says that it is append-only. Whoever takes this machine over can delete the sets: give a copy `append_only: true` in a place that refuses to delete.';

/** What each repository answered, one line each. */
export function probeLines(probes: readonly Probe[]): string[] {
  return probes.length === 0 ? [NOTHING_DECLARED] : probes.map(lineOf);
}

function lineOf({name, declared, refused, message, remedy}: Probe): string {
  if (refused === null) {
    return `${name}: could not be asked. ${message ?? ''} ${remedy ?? ''}`.trim();
  }
  if (refused) {
    return `${name}: refused to delete, as it should`;
  }
  return `${name}: deleted what it was asked to${declared ? ', and is said to be append-only' : ''}`;
}
