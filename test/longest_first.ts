import {readFileSync, statSync} from 'node:fs';
import {relative} from 'node:path';

type TestFile = {readonly path: string; duration?: number};

/**
 * The order of the test files: the longest first, so that two workers end together. How long each took in the run
 * before stands in the file that TEST_SECONDS names, which scripts/test.ts writes; a file that is not in it goes first,
 * because it may be the longest. Without that file a larger one counts as longer.
 */
export default class LongestFirst {
  readonly #root: string;

  constructor({globalConfig}: {readonly globalConfig: {readonly rootDir: string}}) {
    this.#root = globalConfig.rootDir;
  }

  sort<File extends TestFile>(files: readonly File[]): File[] {
    const seconds = lastSeconds();
    const weigh = ({path}: File): number =>
      seconds === null ? statSync(path).size : (seconds[relative(this.#root, path)] ?? Infinity);
    return files
      .map((file) => ({file, weight: weigh(file)}))
      .toSorted((a, b) => (a.weight === b.weight ? 0 : b.weight - a.weight))
      .map(({file}) => file);
  }

  shard<File extends TestFile>(files: readonly File[]): readonly File[] {
    return files;
  }

  allFailedTests<File extends TestFile>(files: readonly File[]): readonly File[] {
    return files;
  }

  cacheResults(): void {
    // scripts/test.ts keeps them.
  }
}

function lastSeconds(): Record<string, number> | null {
  const file = process.env['TEST_SECONDS'];
  try {
    return file === undefined ? null : (JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>);
  } catch {
    // The first run of this machine.
    return null;
  }
}
