import type {Clock} from '../kernel/clock.ts';

/** Counts per key in windows of a fixed length; true while the key stays within its limit. */
export function createRateLimit(clock: Clock, limit: number, windowMs: number): (key: string) => boolean {
  let windowStart = 0;
  const counts = new Map<string, number>();
  return (key) => {
    const elapsed = clock.now() - windowStart;
    // A clock that was set back must not hold the window until it has caught up.
    if (elapsed >= windowMs || elapsed < 0) {
      windowStart = clock.now();
      counts.clear();
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= limit;
  };
}
