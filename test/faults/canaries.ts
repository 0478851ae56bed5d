import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {processes} from './processes.ts';

/** Names of the secrets that `text` gives away, also when they are encoded for a URL or for JSON. */
export function leaked(text: string, canaries: Readonly<Record<string, string>>): string[] {
  return Object.entries(canaries)
    .filter(([, secret]) =>
      [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)].some((form) => text.includes(form)),
    )
    .map(([name]) => name);
}

/** Watches the argument lists of everything on this machine until `work` is done. Gives all that were seen. */
export async function argumentListsDuring(work: () => Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  let over = false;
  const watching = (async () => {
    while (!over) {
      processes().forEach(({command}) => seen.add(command));
      await pause(5);
    }
  })();
  try {
    await work();
  } finally {
    over = true;
    await watching;
  }
  return seen;
}

export interface Entry {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly mode: string;
}

/** Everything below a directory, itself included, with its permissions. */
export function entriesBelow(directory: string): Entry[] {
  return ['.', ...readdirSync(directory, {recursive: true, encoding: 'utf8'})].map((name) => {
    const path = join(directory, name);
    const status = statSync(path);
    return {path, isDirectory: status.isDirectory(), mode: (status.mode & 0o777).toString(8)};
  });
}

/** Files below a directory that hold a secret, with its name. */
export function filesThatLeak(
  directory: string,
  canaries: Readonly<Record<string, string>>,
  allowed: readonly string[] = [],
): string[] {
  return entriesBelow(directory)
    .filter(({path, isDirectory}) => !isDirectory && !allowed.includes(path))
    .flatMap(({path}) => leaked(readFileSync(path, 'latin1'), canaries).map((name) => `${name} in ${path}`));
}
