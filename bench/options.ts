import {parseArgs} from 'node:util';
import type {Size} from './data/numbers.ts';

export type Options = {size: Size; runs: number; directory: string | undefined; keep: boolean};

/** The flags that the programs in this folder share. */
export function readOptions(): Options {
  const {values} = parseArgs({
    options: {
      posts: {type: 'string', default: '200000'},
      files: {type: 'string', default: '20000'},
      seed: {type: 'string', default: '1'},
      runs: {type: 'string', default: '3'},
      directory: {type: 'string'},
      keep: {type: 'boolean', default: false},
    },
  });
  return {
    size: {
      posts: positive('posts', values.posts),
      files: positive('files', values.files),
      seed: positive('seed', values.seed),
    },
    runs: positive('runs', values.runs),
    directory: values.directory,
    keep: values.keep,
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`--${name} must be a whole number above 0, not ${text}.`);
  }
  return number;
}
