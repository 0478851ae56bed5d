import {createHash} from 'node:crypto';
import {seededRandom} from '../harness/random.ts';
import type {Random} from '../harness/random.ts';

const whole = (name: string): number | undefined => {
  const text = process.env[name] ?? '';
  const value = Number(text);
  if (text !== '' && !(Number.isInteger(value) && value >= 0)) {
    throw new Error(`${name} is a whole number, not ${text}.`);
  }
  return text === '' ? undefined : value;
};

/** All that is random follows from it: the same number gives the same run. `make soak` and `make test` choose one and print it. */
const SEED = whole('SOAK_SEED') ?? 1;
/** So many cases of each file are taken, at random. Undefined: all. */
const SAMPLE = whole('SOAK_SAMPLE');
/** Random rounds of each kind of work, and how long they go on at most. */
const COUNT = whole('SOAK_COUNT') ?? (SAMPLE === undefined ? 100 : 1);
const SECONDS = whole('SOAK_SECONDS') ?? Infinity;

const isSample = SAMPLE !== undefined;

/** Random numbers of their own for whatever has this name. */
function randomOf(name: string): Random {
  return seededRandom(createHash('sha256').update(`${SEED} ${name}`).digest().readUInt32LE());
}

/** A test, by what it protects. */
export interface Case {
  readonly name: string;
  run(): Promise<void>;
}

/** The cases of a file, for `test.each`: all of them, or those that the sample takes. */
export function chosen(file: string, cases: readonly Case[]): [string, Case][] {
  const random = randomOf(file);
  const left = cases.map((each): [string, Case] => [each.name, each]);
  return isSample
    ? Array.from({length: Math.min(SAMPLE ?? 0, cases.length)}, () => left.splice(random.below(left.length), 1)).flat()
    : left;
}

/** Does the work COUNT times, or for SECONDS. What fails says its round and how to see it again. */
export async function inRounds(name: string, work: (random: Random, round: number) => Promise<void>): Promise<void> {
  const end = performance.now() + SECONDS * 1000;
  let round = 0;
  while (round < COUNT && performance.now() < end) {
    round += 1;
    try {
      await work(randomOf(`${name} ${round}`), round);
    } catch (error) {
      const {message} = error as Error;
      throw new Error(`Round ${round} of ${name} with SEED=${SEED}: ${message}`, {cause: error});
    }
  }
  process.stderr.write(`${name}: ${round} rounds held.\n`);
}

/** A number of the whole run, or the smaller one of the sample. */
export function sized(all: number, inSample: number): number {
  return isSample ? inSample : all;
}
