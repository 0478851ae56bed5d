import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeAll, expect, jest, test} from '@jest/globals';
import type {SetManifest} from '@disaster-recovery/contract';
import {aManifest} from '../testkit/answers.ts';
import type {Repository} from '../engines/repository/port.ts';
import {createRestic} from '../engines/repository/restic.ts';
import {systemClock} from '../kernel/clock.ts';
import {cached} from '../testkit/cached.ts';
import {createSets, MANIFEST_FILE, sealManifest, setTags, type Sets} from './index.ts';

// Somebody holds the key of the repository and writes into it what he likes, with restic itself.
jest.setTimeout(120_000);

const [program, prepared] = [cached('restic'), cached('repository')];
const home = mkdtempSync(join(tmpdir(), 'hostile-'));
const canary = join(home, 'canary');
const key = join(prepared, 'key');
const location = join(home, 'repository');
const GOOD = '20261121T110000Z-aaaaaa';
const HOSTILE = '20261122T110000Z-bbbbbb';
const COMMAND = `--password-command=touch ${canary}`;

let repository: Repository;
let sets: Sets;
let part: string;
let number = 0;
const hostile: string[] = [];

beforeAll(async () => {
  cpSync(join(prepared, 'repository'), location, {recursive: true});
  repository = createRestic(program, (text) => text).open({
    url: location,
    passwordFile: key,
    environment: {RESTIC_CACHE_DIR: join(home, 'cache')},
  });
  sets = createSets(repository, {name: 'main', cacheDirectory: null, clock: systemClock});
  const files = join(home, 'files');
  mkdirSync(files);
  writeFileSync(join(files, 'a'), 'a');
  part = restic(['backup', files], setTags(GOOD, 'files')).snapshot_id;
  write(GOOD, {snapshots: [{part: 'files', pass: 'first', id: part, root: files}], kind: 'backup', t0: 1000});
});

function restic(line: string[], tags: string[], input = ''): {snapshot_id: string} {
  const said = execFileSync(program, [...line, '--json', '--tag', tags.join(',')], {
    input,
    env: {RESTIC_REPOSITORY: location, RESTIC_PASSWORD_FILE: key, HOME: home},
    encoding: 'utf8',
  });
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as {snapshot_id: string};
}

/** A manifest with a seal that holds: sealing needs no secret. Undefined fields are as in any other set. */
function sealed(id: string, changes: object): string {
  const {sha256, ...body} = {...aManifest({id}), ...changes} as SetManifest;
  return JSON.stringify(sealManifest(body));
}

function write(id: string, changes: object, tags = setTags(id, 'manifest')): string {
  return restic(['backup', '--stdin', '--stdin-filename', MANIFEST_FILE], tags, sealed(id, changes)).snapshot_id;
}

/** Each set of this file has a name of its own; nothing is taken out of the repository. */
function anotherSet(): string {
  number += 1;
  return `20261122T11${String(number).padStart(4, '0')}Z-bbbbbb`;
}

const snapshot = (id: unknown, root: unknown = '/files'): object => ({snapshots: [{part: 'record', id, root}]});

test.each<[string, object, string]>([
  ['an id that is an option', snapshot(COMMAND), 'snapshots.0.id'],
  ['an id that is another repository', snapshot('--repo=sftp:-oProxyCommand=true:/x'), 'snapshots.0.id'],
  ['an id with a path', snapshot(`${'a'.repeat(64)}:/etc`), 'snapshots.0.id'],
  ['an id that restic reads as the newest of all', snapshot('latest'), 'snapshots.0.id'],
  ['a root that is an option', snapshot('a'.repeat(64), COMMAND), 'snapshots.0.root'],
  ['a root that leads elsewhere', snapshot('a'.repeat(64), '/files/../etc'), 'snapshots.0.root'],
  ['a root with a NUL', snapshot('a'.repeat(64), '/files\0'), 'snapshots.0.root'],
  ['a time beyond the calendar', {t0: 8_640_000_000_000_001}, 't0'],
  ['a name that is another', {id: '../../etc/cron.d/x'}, 'id'],
])('%s makes its set unreadable, and nothing runs', async (_name, changes, field) => {
  const id = anotherSet();
  write(id, changes);
  const refused = {code: 'REPOSITORY_DAMAGED', message: expect.stringContaining(`(${field}:`)};
  await expect(sets.show(id)).rejects.toMatchObject(refused);
  expect(existsSync(canary)).toBe(false);
  hostile.push(id);
});

test('options that come through to the repository are not options there', async () => {
  // What the schema stops is stopped once more where the program is called. This one makes a directory wherever it is understood.
  const option = `--cache-dir=${canary}`;
  await expect(repository.readText(option, '/x')).rejects.toHaveProperty('code');
  await expect(repository.readText(part, option)).rejects.toHaveProperty('code');
  await expect(repository.list({snapshot: option, path: '/'}, () => undefined)).rejects.toHaveProperty('code');
  await expect(
    repository.restore({snapshot: option, path: '/'}, join(home, 't'), {existing: 'keep'}),
  ).rejects.toHaveProperty('code');
  await expect(repository.store(join(home, 'files'), {tags: ['x'], parent: option})).rejects.toHaveProperty('code');
  await expect(repository.store(option, {tags: ['x']})).rejects.toHaveProperty('code');
  expect(await repository.snapshots([option])).toEqual([]);
  expect(existsSync(canary)).toBe(false);
});

test.each<[string, (id: string) => void, string]>([
  [
    'more than 64 MiB',
    (id) => {
      restic(
        ['backup', '--stdin', '--stdin-filename', MANIFEST_FILE],
        setTags(id, 'manifest'),
        ' '.repeat(65 * 1024 * 1024),
      );
    },
    'more than 64 MiB',
  ],
  [
    'another file',
    (id) => {
      restic(['backup', '--stdin', '--stdin-filename', 'other.json'], setTags(id, 'manifest'), '{}');
    },
    'not found in snapshot',
  ],
  [
    'the manifest of another set',
    (id) => {
      write(HOSTILE, {}, setTags(id, 'manifest'));
    },
    HOSTILE,
  ],
  [
    'a manifest for two sets at once',
    (id) => {
      write(id, {}, [...setTags(id, 'manifest'), `set=${GOOD}`]);
    },
    'and',
  ],
])('a snapshot with %s is one unreadable set', async (_name, attack, says) => {
  const id = anotherSet();
  attack(id);
  await expect(sets.show(id)).rejects.toMatchObject({
    code: 'REPOSITORY_DAMAGED',
    message: expect.stringContaining(says),
  });
  hostile.push(id);
});

test('each of these is one unreadable set in the list, and the others work', async () => {
  const {sets: readable, unreadable} = await sets.survey();
  expect(unreadable.map(({set}) => set).sort()).toEqual(expect.arrayContaining(hostile.sort()));
  expect(readable.map(({id}) => id)).toEqual([GOOD]);
  expect((await sets.show('latest')).id).toBe(GOOD);
  expect((await sets.whole(GOOD)).id).toBe(GOOD);
  expect(existsSync(canary)).toBe(false);
});

test('of two manifests of one set neither is believed', async () => {
  const id = anotherSet();
  const [first, second] = [write(id, {reason: 'true'}), write(id, {reason: 'forged'})];
  await expect(sets.show(id)).rejects.toMatchObject({
    code: 'REPOSITORY_DAMAGED',
    message: expect.stringMatching(new RegExp(`(${first}|${second}).*(${first}|${second})`)),
  });
});

test('the same manifest twice is one set: a killed backup writes it again', async () => {
  const id = anotherSet();
  write(id, {});
  write(id, {});
  expect((await sets.show(id)).id).toBe(id);
});

test('a part that belongs to another set is refused before it is read, and told as lost', async () => {
  const id = anotherSet();
  write(id, {snapshots: [{part: 'files', pass: 'first', id: part, root: '/files'}]});
  expect(await sets.lost(await sets.show(id))).toMatchObject([{part: 'files', id: part}]);
  await expect(sets.whole(id)).rejects.toMatchObject({
    code: 'REPOSITORY_DAMAGED',
    message: expect.stringContaining('no such part'),
  });
});

test('a part that is another part of the same set is refused too', async () => {
  const id = anotherSet();
  const dump = restic(['backup', join(home, 'files')], setTags(id, 'database')).snapshot_id;
  write(id, {snapshots: [{part: 'record', id: dump, root: '/files'}]});
  await expect(sets.whole(id)).rejects.toMatchObject({code: 'REPOSITORY_DAMAGED'});
});
