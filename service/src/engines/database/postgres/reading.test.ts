import {chmodSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type pg from 'pg';
import {expect, test} from '@jest/globals';
import {directorySize} from './tools/directory_size.ts';
import {expectedFiles} from './source/expected_files.ts';
import {findPostgresTools} from './tools/tools.ts';
import {watchWhile} from './tools/watch.ts';

test('rows that name a file are read from the tables that this server has, sizes as numbers', async () => {
  const asked: string[] = [];
  const rows: Record<string, unknown[]> = {
    fileinfo: [{owner: 'file', id: 'f', path: 'a.png', bytes: '9007199254740991'}],
    emoji: [{owner: 'emoji', id: 'e', path: 'emoji/e/image', bytes: null}],
  };
  const client = {
    query: (sql: unknown) => {
      if (typeof sql === 'string') {
        return Promise.resolve({rows: [{table_name: 'fileinfo'}, {table_name: 'emoji'}]});
      }
      const text = (sql as {cursor: {text: string}}).cursor.text;
      asked.push(text);
      return (rows[/FROM (\w+)/.exec(text)?.[1] ?? ''] ?? []).filter((row) =>
        text.includes(`'${(row as {owner: string}).owner}'`),
      );
    },
  } as unknown as pg.Client;
  const found = [];
  for await (const file of expectedFiles(client)) {
    found.push(file);
  }
  expect(found).toEqual([
    {owner: 'file', id: 'f', path: 'a.png', bytes: 9_007_199_254_740_991},
    {owner: 'emoji', id: 'e', path: 'emoji/e/image', bytes: null},
  ]);
  expect(asked.some((sql) => /FROM (users|teams)/.test(sql))).toBe(false);
});

test('the size of a dump that grows is a sum, and nothing while there is no directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'dump-'));
  writeFileSync(join(directory, '1.dat'), 'abc');
  writeFileSync(join(directory, '2.dat'), '');
  expect([await directorySize(directory), await directorySize(join(directory, 'nowhere'))]).toEqual([3, 0]);
});

test('a look at progress that fails does not disturb the work, and looking ends with it', async () => {
  let looks = 0;
  const look = async (): Promise<void> => {
    looks += 1;
    throw new Error('cannot look');
  };
  expect(await watchWhile(new Promise((resolve) => setTimeout(resolve, 20, 'done')), look)).toBe('done');
  const after = looks;
  await expect(watchWhile(Promise.reject(new Error('the work failed')), look)).rejects.toThrow('the work failed');
  await new Promise((resolve) => setTimeout(resolve, 750));
  expect([after, looks]).toEqual([1, 2]);
});

function fakeTool(words: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'tools-'));
  mkdirSync(directory, {recursive: true});
  writeFileSync(join(directory, 'pg_dump'), `#!/bin/sh\necho "${words}"\n`);
  chmodSync(join(directory, 'pg_dump'), 0o755);
  return directory;
}

test.each([
  ['pg_dump (PostgreSQL) 16.4 (Debian 16.4-1.pgdg120+1)', '16.4', 16],
  ['pg_dump (PostgreSQL) 17beta1', '17', 17],
])('%s is version %s', async (words, version, major) => {
  const directory = fakeTool(words);
  expect(await findPostgresTools(directory)).toEqual({
    dump: join(directory, 'pg_dump'),
    restore: join(directory, 'pg_restore'),
    version,
    major,
  });
});

test('no pg_dump, or one that tells no version, is a missing tool', async () => {
  await expect(findPostgresTools('/nonexistent')).rejects.toMatchObject({code: 'TOOL_MISSING'});
  await expect(findPostgresTools(fakeTool('hello'))).rejects.toMatchObject({code: 'TOOL_MISSING'});
});
