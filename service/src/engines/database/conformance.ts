import {copyFileSync, existsSync, mkdtempSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import type {Attempt, Captured, DatabaseEngine} from './port.ts';

/** A server with a database `mattermost` that has a table of posts, whatever keeps it. */
export type Subject = {
  engine: DatabaseEngine;
  url(database: string): string;
  addPost(): Promise<void>;
  /** How many posts a database holds; null when it has no such table, or is not there. */
  posts(database: string): Promise<number | null>;
  /** Makes a database without tables, as its owner would. */
  makeEmpty(database: string): Promise<void>;
  /** Stays connected to `mattermost` until the function that it gives is called. */
  connect(): Promise<() => Promise<void>>;
};

const WATCH = {signal: new AbortController().signal, progress: () => undefined};
const POSTS = 'public.posts';

async function capture({engine, url}: Subject, whileOpen: () => Promise<void>): Promise<Captured> {
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

function dumpsAreKnown(name: string, {subject, take}: Bench): void {
  test(`${name}: a dump is known by its one file of contents; a table that it lacks is named`, async () => {
    const {record, dump} = await take();
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

const IN_PLACE: Attempt = {id: 'abc123', beside: true, exists: true};
/** Of 60 bytes. */
const LONG = 'ü'.repeat(30);

/** The subject of the test that runs, and what tests do with it. */
function bench(open: () => Promise<Subject>) {
  let subject: Subject;
  beforeEach(async () => {
    subject = await open();
  });
  const target = (database = 'mattermost') => subject.engine.target(subject.url(database));
  return {
    subject: () => subject,
    target,
    posts: (database: string): Promise<number | null> => subject.posts(database),
    take: () => capture(subject, async () => undefined),
    stage: (attempt: Attempt, captured: Captured, database?: string) =>
      target(database).stage(attempt, captured, {...WATCH, jobs: 2}),
  };
}

type Bench = ReturnType<typeof bench>;

/** What every database engine does, whatever is behind it. */
export function conformance(name: string, open: () => Promise<Subject>): void {
  const shared = bench(open);
  captures(name, shared);
  dumpsAreKnown(name, shared);
  stages(name, shared);
  swaps(name, shared);
}

function captures(name: string, {subject, target, posts, stage}: Bench): void {
  test(`${name}: a sound database is told with its version and size, and nothing stands in the way`, async () => {
    expect(await subject().engine.source(subject().url('mattermost')).inspect()).toMatchObject({
      name: 'mattermost',
      server_version: expect.stringMatching(/^\d+/),
      bytes: expect.any(Number),
      obstacles: [],
      mattermost: {schema_version: 148},
    });
  });

  test(`${name}: a database that is not there is refused by name`, async () => {
    await expect(subject().engine.source(subject().url('nowhere')).inspect()).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
    });
  });

  test(`${name}: record and dump show the same instant, while the server goes on`, async () => {
    const before = await posts('mattermost');
    const captured = await capture(subject(), () => subject().addPost());
    expect(captured.record.tables.find((table) => table.name === POSTS)?.rows).toBe(before);
    expect(await posts('mattermost')).toBe((before ?? 0) + 1);
    expect(await stage(IN_PLACE, captured)).toEqual({differs: [], left_out: []});
    expect(await target().prove(IN_PLACE, captured.record)).toMatchObject({compared: captured.record.tables.length});
  });
}

function stages(name: string, {subject, target, posts, take, stage}: Bench): void {
  test(`${name}: a target that does not exist is made, loaded, proven, settled, and thrown away with the attempt`, async () => {
    const attempt: Attempt = {id: 'abc123', beside: false, exists: false};
    expect(await target('drill').describe()).toEqual({exists: false, tables: 0, connections: []});
    const captured = await take();
    await stage(attempt, captured, 'drill');
    expect(await target('drill').describe()).toMatchObject({exists: true, tables: captured.record.tables.length});
    expect(await target('drill').prove(attempt, captured.record)).toMatchObject({rows: expect.any(Number)});
    expect(await target('drill').settle(attempt, captured.record)).toContain('cluster members forgotten: 1');
    expect(await target('drill').obstacles(captured.record, true)).toEqual([]);
    await target('drill').discard(attempt);
    await target('drill').discard(attempt);
    expect(await target('drill').describe()).toMatchObject({exists: false});
  });

  test(`${name}: an empty target that was there is filled, again after a load that was killed, and is not thrown away`, async () => {
    await subject().makeEmpty('drill');
    const attempt: Attempt = {id: 'abc123', beside: false, exists: true};
    const captured = await take();
    await stage(attempt, captured, 'drill');
    await stage(attempt, captured, 'drill');
    expect(await posts('drill')).toBe(await posts('mattermost'));
    await target('drill').discard(attempt);
    expect(await target('drill').describe()).toMatchObject({exists: true});
  });

  test(`${name}: what a killed run of the attempt left is thrown away, and the live database is not touched by any of it`, async () => {
    await stage(IN_PLACE, await take());
    const before = await posts('mattermost');
    await subject().addPost();
    const captured = await take();
    await stage(IN_PLACE, captured);
    await target().prove(IN_PLACE, captured.record);
    await target().discard(IN_PLACE);
    await expect(target().prove(IN_PLACE, captured.record)).rejects.toMatchObject({code: 'DATABASE_REFUSED'});
    expect(await posts('mattermost')).toBe((before ?? 0) + 1);
  });

  test(`${name}: other numbers of rows than those of the record are no proof, and a table is named`, async () => {
    const captured = await take();
    await stage(IN_PLACE, captured);
    const tables = captured.record.tables.map((table) => (table.name === POSTS ? {...table, rows: 7000} : table));
    await expect(target().prove(IN_PLACE, {...captured.record, tables})).rejects.toMatchObject({
      code: 'RESTORE_NOT_PROVEN',
      message: expect.stringContaining(`${POSTS}: `),
    });
  });

  test(`${name}: a dump with a link in it is not loaded`, async () => {
    const captured = await take();
    symlinkSync('/etc/passwd', join(captured.dump, '4321.dat'));
    await expect(stage(IN_PLACE, captured)).rejects.toMatchObject({
      code: 'SET_NOT_RESTORABLE',
      message: expect.stringContaining('4321.dat'),
    });
    await expect(target().prove(IN_PLACE, captured.record)).rejects.toMatchObject({code: 'DATABASE_REFUSED'});
  });
}

function swaps(name: string, {subject, target, posts, take, stage}: Bench): void {
  test(`${name}: a swap keeps the former one where it said before, is done once, and goes back once`, async () => {
    await stage(IN_PLACE, await take());
    const fresh = await posts('mattermost');
    await subject().addPost();
    const kept = target().former(IN_PLACE);
    await target().swap(IN_PLACE);
    await target().swap(IN_PLACE);
    expect([kept.name, await posts('mattermost'), await posts(kept.former)]).toEqual([
      'mattermost',
      fresh,
      (fresh ?? 0) + 1,
    ]);
    const undone = await target().swapBack(kept, IN_PLACE.id);
    expect(await target().swapBack(kept, IN_PLACE.id)).toBe(undone);
    expect([await posts('mattermost'), await posts(undone), await posts(kept.former)]).toEqual([
      (fresh ?? 0) + 1,
      fresh,
      null,
    ]);
  });

  test(`${name}: one restore after the other, each goes back to what was before it`, async () => {
    const second: Attempt = {...IN_PLACE, id: 'def456'};
    const before = (await posts('mattermost')) ?? 0;
    for (const attempt of [IN_PLACE, second]) {
      await stage(attempt, await take());
      await subject().addPost();
      await target().swap(attempt);
    }
    for (const attempt of [second, IN_PLACE]) {
      await target().swapBack(target().former(attempt), attempt.id);
      expect(await posts('mattermost')).toBe(before + 1);
    }
  });

  test(`${name}: a name as long as names can be is swapped and put back as any other`, async () => {
    await subject().makeEmpty(LONG);
    await stage(IN_PLACE, await take(), LONG);
    await target(LONG).swap(IN_PLACE);
    expect(await posts(LONG)).toBe(await posts('mattermost'));
    const undone = await target(LONG).swapBack(target(LONG).former(IN_PLACE), IN_PLACE.id);
    expect([await posts(LONG), await posts(undone)]).toEqual([null, await posts('mattermost')]);
  });

  test(`${name}: while somebody is connected nothing is swapped, and they are named`, async () => {
    await stage(IN_PLACE, await take());
    const refusal = {code: 'MATTERMOST_IS_RUNNING', message: expect.stringContaining('Connected to the database: ')};
    const leave = await subject().connect();
    await expect(target().swap(IN_PLACE).finally(leave)).rejects.toMatchObject(refusal);
    const kept = target().former(IN_PLACE);
    expect(await posts(kept.former)).toBeNull();
    await target().swap(IN_PLACE);
    const leaveAgain = await subject().connect();
    await expect(target().swapBack(kept, IN_PLACE.id).finally(leaveAgain)).rejects.toMatchObject(refusal);
    expect(await posts(kept.former)).not.toBeNull();
  });
}
