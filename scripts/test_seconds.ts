import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {execa} from 'execa';

/** Seconds that each test file took when it ran last on this machine, by its path in the repository. */
export type Seconds = Readonly<Record<string, number>>;

/** Where they are kept: beside what this machine builds once, so that a fresh clone knows them too. */
export async function secondsFile(): Promise<string> {
  const {stdout} = await execa('sh', [join(import.meta.dirname, 'build_cached.sh'), 'repository'], {stderr: 'inherit'});
  return join(dirname(stdout), 'test_seconds.json');
}

export async function readSeconds(file: string): Promise<Seconds> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Seconds;
  } catch {
    return {};
  }
}

export async function writeSeconds(file: string, seconds: Seconds): Promise<void> {
  await mkdir(dirname(file), {recursive: true});
  await writeFile(`${file}.new`, JSON.stringify(seconds, undefined, 1));
  await rename(`${file}.new`, file);
}
