import {createWriteStream} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {BackupPlan} from '@disaster-recovery/contract';
import type {DatabaseSnapshot} from '../engines/database/port.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {randomToken} from '../kernel/ids.ts';
import type {StepContext} from '../jobs/index.ts';
import type {BackupEngines} from './engines.ts';
import type {BackupFound} from './found.ts';
import {EXPECTED_FILES, recordDirectory} from './work.ts';

/**
 * T0. One exported snapshot serves the row counts, the list of files that rows name, and the dump, so that they agree exactly.
 * All in one step: the snapshot dies with this process.
 */
export async function captureDatabase(
  engines: BackupEngines,
  plan: BackupPlan,
  context: StepContext,
): Promise<Pick<BackupFound, 'database'>> {
  const snapshot = await engines.database.openSnapshot();
  // A count that waits for a table which a migration holds would not hear of a cancel.
  const letGo = (): void => {
    void snapshot.close();
  };
  context.signal.addEventListener('abort', letGo);
  try {
    const record = await snapshot.record();
    await writeExpectedFiles(snapshot, await recordDirectory(engines.workDirectory, context.job));
    // A new name each time: a pg_dump whose companion was killed may still be writing into the old one.
    const dumpDirectory = join(engines.workDirectory, context.job, `database-${randomToken(4)}`);
    const dumpBytes = await snapshot.dump(dumpDirectory, {
      jobs: engines.settings.jobs,
      signal: context.signal,
      progress: (done) => {
        context.progress({done, total: Math.max(done, plan.staging.bytes_needed), unit: 'bytes'});
      },
    });
    return {
      database: {
        t0: snapshot.t0,
        position: snapshot.position,
        mattermost: snapshot.mattermost,
        record: {...record, dump_bytes: dumpBytes},
        dump_directory: dumpDirectory,
      },
    };
  } finally {
    context.signal.removeEventListener('abort', letGo);
    await snapshot.close();
  }
}

async function writeExpectedFiles(snapshot: DatabaseSnapshot, directory: string): Promise<void> {
  try {
    await mkdir(directory, {recursive: true, mode: 0o700});
    await pipeline(
      Readable.from(jsonLines(snapshot.expectedFiles())),
      createWriteStream(join(directory, EXPECTED_FILES), {mode: 0o600}),
    );
  } catch (error) {
    throw systemErrorCode(error) === 'ENOSPC'
      ? new Failure('DISK_FULL', `${directory} is full.`, {cause: error})
      : error;
  }
}

async function* jsonLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) {
    yield `${JSON.stringify(value)}\n`;
  }
}
