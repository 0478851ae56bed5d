import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, jest, test} from '@jest/globals';
import {run} from '../../../process/run.ts';
import {swapEntries, swapEntriesBack} from './swap.ts';

// Hundreds of deaths, one after the other.
jest.setTimeout(120_000);

type Tree = Record<string, string>;
type Ending = {scenario: string; directory: Tree; aside: Tree; incoming: Tree; undone: Tree};

const place = (): string => mkdtempSync(join(tmpdir(), 'swap-'));

function fill(directory: string, tree: Tree): string {
  mkdirSync(directory, {recursive: true});
  for (const [name, content] of Object.entries(tree)) {
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]), content);
  }
  return directory;
}

/** Entries by their bytes, so that names that are not UTF-8 count as well. */
function treeOf(directory: string): Tree {
  return existsSync(directory)
    ? Object.fromEntries(
        readdirSync(directory, {encoding: 'buffer'}).map((name) => [
          name.toString('latin1'),
          readFileSync(Buffer.concat([Buffer.from(`${directory}/`), name]), 'utf8'),
        ]),
      )
    : {};
}

// Names in latin1: one character a byte. `bad\xff` is no UTF-8, and `gr\xc3\xbc\xc3\x9fe` is „grüße“.
const FORMER: Tree = {
  'config.json': 'former',
  '.hidden': 'former',
  'bad\xff': 'former',
  'line\nbreak': 'former',
  'only former': 'former',
};
const NEW: Tree = {
  'config.json': 'new',
  '.hidden': 'new',
  'bad\xff': 'new',
  'gr\xc3\xbc\xc3\x9fe': 'new',
  '-rf': 'new',
};

/**
 * Runs swap.ts in a process of its own, where each call that changes the disk may be the last one: after call k nothing more is written, as after a kill.
 * For each k: swap again; or go back; or go back, be killed at each point there too, and go back again.
 */
const KILLING = String.raw`
import fsp from 'node:fs/promises';
import {mkdirSync, mkdtempSync, writeFileSync, readdirSync, readFileSync, existsSync} from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
const [FORMER, NEW, inside] = JSON.parse(process.argv[1]);
let left = Infinity;
for (const name of ['rename', 'mkdir', 'rm']) {
  const real = fsp[name];
  fsp[name] = async (...args) => {
    if (left <= 0) throw new Error('killed');
    left -= 1;
    return real(...args);
  };
}
syncBuiltinESMExports();
const {swapEntries, swapEntriesBack} = await import(process.argv[2]);
const bytes = (directory, name) => Buffer.concat([Buffer.from(directory + '/'), Buffer.from(name, 'latin1')]);
const treeOf = (directory) => existsSync(directory) ? Object.fromEntries(readdirSync(directory, {encoding: 'buffer'})
  .filter((name) => !name.toString().startsWith('.drctl-')).map((name) => [name.toString('latin1'), readFileSync(bytes(directory, name.toString('latin1')), 'utf8')])) : {};
function fresh() {
  const root = mkdtempSync(join(tmpdir(), 'killed-'));
  const directory = join(root, 'data');
  const area = inside ? join(directory, '.drctl-abc') : join(root, '.drctl-abc-data');
  for (const [place, tree] of [[directory, FORMER], [join(area, 'new'), NEW]]) {
    mkdirSync(place, {recursive: true});
    for (const [name, content] of Object.entries(tree)) writeFileSync(bytes(place, name), content);
  }
  return {directory, incoming: join(area, 'new'), former: join(area, 'former'), undone: join(area, 'undone')};
}
/** True when it was killed before its end. */
async function upTo(k, work) {
  left = k;
  try { await work(); return false; } catch (error) { if (error.message !== 'killed') throw error; return true; } finally { left = Infinity; }
}
const endings = [];
const tell = (scenario, {directory, incoming, former, undone}) => endings.push(
  {scenario, directory: treeOf(directory), aside: treeOf(former), incoming: treeOf(incoming), undone: treeOf(undone)});
const swap = (p) => swapEntries(p.directory, p.incoming, p.former);
const back = (p) => swapEntriesBack(p.directory, p.former, p.undone);
for (let k = 0, killed = true; killed; k += 1) {
  const again = fresh();
  killed = await upTo(k, () => swap(again));
  await swap(again);
  tell('swap again', again);
  const gone = fresh();
  await upTo(k, () => swap(gone));
  await back(gone);
  await back(gone);
  tell('go back', gone);
  for (let j = 0, killedBack = true; killedBack; j += 1) {
    const twice = fresh();
    await upTo(k, () => swap(twice));
    killedBack = await upTo(j, () => back(twice));
    await back(twice);
    tell('go back twice', twice);
  }
}
process.stdout.write(JSON.stringify(endings));
`;

test.each([
  ['beside the directory', false],
  ['inside it, as with a mount', true],
])('killed at any point with the area %s, a swap loses nothing and can go on or go back', async (_name, inside) => {
  const {stdout, stderr, exitCode} = await run(process.execPath, {
    options: {'input-type': 'module', eval: KILLING},
    operands: [JSON.stringify([FORMER, NEW, inside]), join(import.meta.dirname, 'swap.ts')],
  });
  expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
  const endings = JSON.parse(stdout) as Ending[];
  const of = (scenario: string): Ending[] => endings.filter((ending) => ending.scenario === scenario);
  // Two calls to prepare, five renames out, five in, one to end, and the run that is not killed.
  expect(of('swap again').length).toBeGreaterThan(12);
  for (const {directory, aside} of of('swap again')) {
    expect({directory, aside}).toEqual({directory: NEW, aside: FORMER});
  }
  for (const {directory, incoming, undone} of [...of('go back'), ...of('go back twice')]) {
    expect({directory, brought: {...incoming, ...undone}}).toEqual({directory: FORMER, brought: NEW});
  }
});

test('what the directory itself is, stays: its mode and its inode, which a mount needs', async () => {
  const root = place();
  const [directory, incoming] = [fill(join(root, 'data'), FORMER), fill(join(root, 'new'), NEW)];
  const before = statSync(directory);
  await swapEntries(directory, incoming, join(root, 'former'));
  expect([statSync(directory).ino, statSync(directory).mode]).toEqual([before.ino, before.mode]);
  expect(statSync(join(root, 'former')).mode & 0o777).toBe(0o700);
});

test('an empty set empties the directory, and going back fills it again', async () => {
  const root = place();
  const [directory, incoming, former] = [
    fill(join(root, 'data'), FORMER),
    fill(join(root, 'new'), {}),
    join(root, 'former'),
  ];
  await swapEntries(directory, incoming, former);
  expect([treeOf(directory), treeOf(former)]).toEqual([{}, FORMER]);
  await swapEntriesBack(directory, former, join(root, 'undone'));
  expect(treeOf(directory)).toEqual(FORMER);
});

test('a directory that was empty becomes empty again', async () => {
  const root = place();
  const [directory, incoming, former, undone] = [
    fill(join(root, 'data'), {}),
    fill(join(root, 'new'), NEW),
    join(root, 'former'),
    join(root, 'undone'),
  ];
  await swapEntries(directory, incoming, former);
  await swapEntriesBack(directory, former, undone);
  expect([treeOf(directory), treeOf(undone)]).toEqual([{}, NEW]);
});

test('without anything incoming nothing is touched', async () => {
  const root = place();
  const directory = fill(join(root, 'data'), FORMER);
  await swapEntries(directory, join(root, 'nothing'), join(root, 'former'));
  expect([treeOf(directory), existsSync(join(root, 'former'))]).toEqual([FORMER, false]);
});
