import type {TableCount} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';

/** Rows as recorded against rows as counted. @throws Failure RESTORE_NOT_PROVEN naming the first table that differs */
export function compareCounts(
  recorded: readonly TableCount[],
  counts: readonly TableCount[],
): {compared: number; rows: number} {
  const counted = new Map(counts.map(({name, rows}) => [name, rows]));
  const wrong = recorded.filter(({name, rows}) => counted.get(name) !== rows);
  if (wrong.length > 0) {
    const [first] = wrong;
    throw new Failure(
      'RESTORE_NOT_PROVEN',
      `${wrong.length} tables differ from the manifest, first ${first?.name ?? ''}: ${counted.get(first?.name ?? '') ?? 'no table'} rows instead of ${first?.rows ?? 0}.`,
    );
  }
  return {compared: recorded.length, rows: recorded.reduce((sum, {rows}) => sum + rows, 0)};
}
