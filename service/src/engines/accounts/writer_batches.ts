/** Slices of at most `size`, in order. */
export function* batches<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) {
    yield all.slice(start, start + size);
  }
}

/** Does `work` for each, at most `width` at a time. Ends when all are done; `work` must not throw. */
export async function inParallel<T>(all: readonly T[], width: number, work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({length: Math.min(width, all.length)}, async () => {
      for (const one of rest) {
        await work(one);
      }
    }),
  );
}
