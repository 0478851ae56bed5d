/** Units a second over the last seconds, from (time, done) samples: steady enough to read, quick enough to be true. */
export function createRate(windowMs = 8000): (at: number, done: number) => number | null {
  const samples: {at: number; done: number}[] = [];
  return (at, done) => {
    if ((samples.at(-1)?.done ?? 0) > done) {
      samples.length = 0;
    }
    samples.push({at, done});
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > windowMs) {
      samples.shift();
    }
    const first = samples[0];
    const span = first ? at - first.at : 0;
    return first && span >= 500 ? ((done - first.done) / span) * 1000 : null;
  };
}
