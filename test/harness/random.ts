/** Numbers that look random and are the same in every run. */
export interface Random {
  /** A whole number from 0 up to, and not including, `end`. */
  below(end: number): number;
  /** One of `choices`. */
  pick<Choice>(choices: readonly Choice[]): Choice;
  /** `length` bytes. */
  bytes(length: number): Buffer;
}

// Under jest every look-up of a global costs far more than the multiplication itself, and 30 MB take many.
const {imul} = Math;

/** The mulberry32 generator, started at `seed`. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  function below(end: number): number {
    return Math.floor((next() / 2 ** 32) * end);
  }

  return {
    below,
    pick: (choices) => {
      const choice = choices[below(choices.length)];
      if (choice === undefined) {
        throw new Error('There is nothing to pick from.');
      }
      return choice;
    },
    bytes: (length) => {
      const words = Uint32Array.from({length: Math.ceil(length / 4)}, next);
      return Buffer.from(words.buffer, 0, length);
    },
  };
}
