import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {Failure} from './failure.ts';

/**
 * Takes the right to be the only companion on a state directory, until the process ends or the returned function is called. The lock is
 * one of the operating system, held through SQLite: it dies with its process, and also holds between containers that share the directory.
 * @throws Failure STATE_IN_USE
 */
export function becomeSoleCompanion(directory: string): () => void {
  const pidFile = join(directory, 'serve.pid');
  const lock = new DatabaseSync(join(directory, 'serve.lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new Failure('STATE_IN_USE', `A companion${holder(pidFile)} runs on ${directory} already.`, {cause: error});
  }
  writeFileSync(pidFile, `${process.pid}\n`, {mode: 0o600});
  return () => {
    lock.close();
  };
}

/** Only for the words: the lock decides. */
function holder(pidFile: string): string {
  try {
    const pid = /^\d{1,10}$/m.exec(readFileSync(pidFile, 'utf8'))?.[0];
    return pid ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
}
