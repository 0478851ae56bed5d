import {copyFileSync, existsSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import type {DatabaseRecord} from '@disaster-recovery/contract';
import type {DatabaseEngine} from './port.ts';

/** A server with a database `mattermost` that has a table of posts, whatever keeps it. */
export type Subject = {
  engine: DatabaseEngine;
  url(database: string): string;
  addPost(): Promise<void>;
  /** Stays connected to `mattermost` until the function that it gives is called. */
  connect(): Promise<() => Promise<void>>;
};

const WATCH = {signal: new AbortController().signal, progress: () => undefined};
const POSTS = 'public.posts';

async function capture(
  {engine, url}: Subject,
  whileOpen: () => Promise<void>,
): Promise<{record: DatabaseRecord; dump: string}> {
  const dump = join(mkdtempSync(join(tmpdir(), 'conformance-')), 'dump');
  const instant = await engine.source(url('mattermost')).openSnapshot();
  try {
    await whileOpen();
    const record = await instant.record();
    return {dump, record: {...record, dump_bytes: await instant.dump(dump, {...WATCH, jobs: 2})}};
  } finally {
    await instant.close();
    await instant.close();
  }
}

function dumpsAreKnown(name: string, subject: () => Subject): void {
  test(`${name}: a dump is known by its one file of contents; a table that it lacks is named`, async () => {
    const {record, dump} = await capture(subject(), async () => undefined);
    const {contentsFile, read} = subject().engine.dumps;
    const alone = mkdtempSync(join(tmpdir(), 'conformance-'));
    copyFileSync(join(dump, contentsFile), join(alone, contentsFile));
    const {files, missing} = await read(alone, record);
    expect(missing).toEqual([]);
    expect(files.filter((file) => !existsSync(join(dump, file.name)))).toEqual([]);
    const more = {...record, tables: [...record.tables, {name: 'public.not_dumped', rows: 0}]};
    expect((await read(alone, more)).missing).toEqual(['public.not_dumped']);
  });
}

/** What every database engine does, whatever is behind it. */
export function conformance(name: string, open: () => Promise<Subject>): void {
  let subject: Subject;
  beforeEach(async () => {
    subject = await open();
  });
  dumpsAreKnown(name, () => subject);
  const target = () => subject.engine.target(subject.url('mattermost'));
  const postsIn = async (database: string): Promise<number> =>
    (await target().countTables(database)).find((table) => table.name === POSTS)?.rows ?? -1;

  async function stage(to: string): Promise<DatabaseRecord> {
    const {record, dump} = await capture(subject, async () => undefined);
    await target().create(to, record);
    await target().load(to, dump, record, {...WATCH, jobs: 2, replace: false});
    return record;
  }

  test(`${name}: a sound database is told with its version and size, and nothing stands in the way`, async () => {
    expect(await subject.engine.source(subject.url('mattermost')).inspect()).toMatchObject({
      name: 'mattermost',
      server_version: expect.stringMatching(/^\d+/),
      bytes: expect.any(Number),
      obstacles: [],
      mattermost: {schema_version: 148},
    });
  });

  test(`${name}: a database that is not there is refused by name`, async () => {
    await expect(subject.engine.source(subject.url('nowhere')).inspect()).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
    });
  });

  test(`${name}: record and dump show the same instant, while the server goes on`, async () => {
    const before = await postsIn('mattermost');
    const {record, dump} = await capture(subject, () => subject.addPost());
    expect(record.tables.find((table) => table.name === POSTS)?.rows).toBe(before);
    expect(await postsIn('mattermost')).toBe(before + 1);
    await target().create('beside', record);
    expect(await target().load('beside', dump, record, {...WATCH, jobs: 2, replace: false})).toEqual([]);
    expect(await target().countTables('beside')).toEqual(record.tables);
  });

  test(`${name}: a target that does not exist, is made, loaded, settled and dropped`, async () => {
    expect(await target().describe('beside')).toEqual({exists: false, tables: 0, connections: []});
    const record = await stage('beside');
    expect(await target().describe('beside')).toMatchObject({exists: true, tables: record.tables.length});
    expect(await target().settle('beside', record)).toContain('cluster members forgotten: 1');
    expect(await target().obstacles(record, true)).toEqual([]);
    await target().drop('beside');
    await target().drop('beside');
    expect(await target().describe('beside')).toMatchObject({exists: false});
  });

  test(`${name}: a swap keeps the former one, is done once, and goes back by the same way`, async () => {
    await stage('fresh');
    await subject.addPost();
    const [former, fresh] = [await postsIn('mattermost'), await postsIn('fresh')];
    await target().swap('mattermost', 'fresh', 'before');
    await target().swap('mattermost', 'fresh', 'before');
    expect([await postsIn('mattermost'), await postsIn('before')]).toEqual([fresh, former]);
    await target().swap('mattermost', 'before', 'undone');
    expect([await postsIn('mattermost'), await postsIn('undone')]).toEqual([former, fresh]);
  });

  test(`${name}: while somebody is connected nothing is swapped, and they are named`, async () => {
    await stage('fresh');
    const leave = await subject.connect();
    try {
      await expect(target().swap('mattermost', 'fresh', 'before')).rejects.toMatchObject({
        code: 'MATTERMOST_IS_RUNNING',
        message: expect.stringContaining('Connected to the database: '),
      });
      expect(await target().describe('fresh')).toMatchObject({exists: true});
    } finally {
      await leave();
    }
  });
}
