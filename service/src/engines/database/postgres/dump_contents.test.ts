import {expect, test} from '@jest/globals';
import {contentsOf} from './target/dump_contents.ts';

const HEAD = ';\n; Archive created at 2026-11-24 12:00:00 UTC\n;     TOC Entries: 9\n;\n';
const LISTING = `${HEAD}4; 2615 2200 SCHEMA - public pg_database_owner
215; 1259 16500 TABLE public posts mmuser
216; 1259 16501 TABLE public users mmuser
4210; 0 16500 TABLE DATA public posts mmuser
4211; 0 16501 TABLE DATA public users mmuser
3900; 2606 16510 CONSTRAINT public posts posts_pkey mmuser
`;
const tables = (...named: [string, number][]) => ({tables: named.map(([name, rows]) => ({name, rows}))});

test('the files with rows are told with their tables', () => {
  expect(contentsOf(LISTING, tables(['public.posts', 3], ['public.users', 0]))).toEqual({
    files: [
      {name: '4210.dat', table: 'public.posts'},
      {name: '4211.dat', table: 'public.users'},
    ],
    missing: [],
  });
});

test.each<[string, string, [string, number], string[]]>([
  ['a table that is not made', '', ['public.gone', 0], ['public.gone']],
  ['a table of another schema', '', ['plugin.posts', 0], ['plugin.posts']],
  ['a table without its rows', '217; 1259 1 TABLE public bare mm\n', ['public.bare', 1], ['public.bare']],
  ['a table that had no rows', '217; 1259 1 TABLE public bare mm\n', ['public.bare', 0], []],
  [
    'a partitioned table, whose rows are in its partitions',
    '217; 1259 1 TABLE public whole mm\n218; 0 0 TABLE ATTACH public whole_1 mm\n',
    ['public.whole', 5],
    [],
  ],
  [
    'a name with blanks and dots',
    '217; 1259 1 TABLE my.schema a b.c mm\n9; 0 1 TABLE DATA my.schema a b.c mm\n',
    ['my.schema.a b.c', 1],
    [],
  ],
  [
    'an owner with blanks',
    '217; 1259 1 TABLE public odd the owner\n9; 0 1 TABLE DATA public odd the owner\n',
    ['public.odd', 1],
    [],
  ],
  [
    'a line break in a name',
    '217; 1259 1 TABLE public li ne mm\n9; 0 1 TABLE DATA public li ne mm\n',
    ['public.li\nne', 1],
    [],
  ],
])('%s', (_name, more, table, missing) => {
  expect(contentsOf(`${LISTING}${more}`, tables(table)).missing).toEqual(missing);
});
