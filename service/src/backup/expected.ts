import {createReadStream} from 'node:fs';
import {join} from 'node:path';
import type {ExpectedFile} from '../engines/database/port.ts';
import {EXPECTED_FILES} from './work.ts';

/** Streams the rows of T0 that name a file, as capture_database wrote them. */
export async function readExpectedFiles(
  recordDirectory: string,
  onRow: (row: ExpectedFile) => Promise<void> | void,
): Promise<void> {
  const path = join(recordDirectory, EXPECTED_FILES);
  // Not node:readline: it also ends lines at U+2028 and U+2029, which JSON leaves as they are and a file name may hold.
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      await onRow(JSON.parse(line) as ExpectedFile);
    }
  }
  if (rest !== '') {
    throw new Error(`${path} ends in the middle of a line`);
  }
}
