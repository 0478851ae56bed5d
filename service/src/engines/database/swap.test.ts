import {beforeEach, expect, test} from '@jest/globals';
import {swapDatabases, type Renaming} from './swap.ts';

/** A PostgreSQL server that knows only names of databases: what each holds, and who is connected. */
let databases: Map<string, string>;
let connected: Map<string, string[]>;
/** The server dies before the rename of that number. */
let dieAt = Infinity;

const server: Renaming = {
  describe: async (name: string) => ({exists: databases.has(name), tables: 1, connections: connected.get(name) ?? []}),
  rename: async (from: string, to: string) => {
    dieAt -= 1;
    if (dieAt < 0) {
      throw new Error('the server died');
    }
    const content = databases.get(from);
    if (content === undefined || databases.has(to)) {
      throw new Error(content === undefined ? `there is no ${from}` : `${to} exists already`);
    }
    databases.delete(from);
    databases.set(to, content);
  },
};

const swap = (): Promise<void> => swapDatabases(server, {live: 'mm', incoming: 'mm_dr_1', aside: 'mm_before_1'});

beforeEach(() => {
  databases = new Map([
    ['mm', 'former'],
    ['mm_dr_1', 'new'],
  ]);
  connected = new Map();
  dieAt = Infinity;
});

const SWAPPED = {mm: 'new', mm_before_1: 'former'};

test('the fresh database takes the name, and the former one waits', async () => {
  await swap();
  expect(Object.fromEntries(databases)).toEqual(SWAPPED);
});

test.each([0, 1, 2])('after a death before rename %d the swap goes on where it stopped', async (rename) => {
  dieAt = rename;
  await swap().catch(() => undefined);
  dieAt = Infinity;
  await swap();
  expect(Object.fromEntries(databases)).toEqual(SWAPPED);
});

test('a swap that is done is not done again', async () => {
  await swap();
  await swap();
  expect(Object.fromEntries(databases)).toEqual(SWAPPED);
});

test('on a server without the database the fresh one just gets its name', async () => {
  databases.delete('mm');
  await swap();
  expect(Object.fromEntries(databases)).toEqual({mm: 'new'});
});

test('while somebody is connected nothing is renamed, and they are named', async () => {
  connected.set('mm', ['mattermost as mm from 10.0.0.5']);
  await expect(swap()).rejects.toMatchObject({
    code: 'MATTERMOST_IS_RUNNING',
    message: expect.stringContaining('10.0.0.5'),
  });
  expect(Object.fromEntries(databases)).toEqual({mm: 'former', mm_dr_1: 'new'});
});

test('going back is the same swap the other way round', async () => {
  await swap();
  await swapDatabases(server, {live: 'mm', incoming: 'mm_before_1', aside: 'mm_undone_1'});
  expect(Object.fromEntries(databases)).toEqual({mm: 'former', mm_undone_1: 'new'});
});
