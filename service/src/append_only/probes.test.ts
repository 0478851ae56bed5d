import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import type {Actor} from '@disaster-recovery/contract';
import {createMemoryRepository, type MemoryRepository} from '../engines/repository/memory.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {createProbes, type Probes} from './index.ts';

const ROOT: Actor = {kind: 'cli', id: '0', name: 'root'};
const HOUR = 3_600_000;

let now: number;
let vault: MemoryRepository;
let offsite: MemoryRepository;
let ledger: Ledger;
let probes: Probes;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 24);
  const clock = {now: () => now, sleep: async () => undefined};
  [vault, offsite] = [createMemoryRepository('/vault'), createMemoryRepository('/offsite')];
  await vault.create();
  await offsite.create();
  ledger = createLedger(openState(mkdtempSync(join(tmpdir(), 'probe-')), [LEDGER_TABLE]), clock);
  probes = createProbes({
    clock,
    ledger,
    all: [
      {name: 'vault', repository: vault, declared: true},
      {name: 'offsite', repository: offsite, declared: false},
    ],
    requireKnown: (name) => {
      if (name !== 'vault' && name !== 'offsite') {
        throw new Failure('REPOSITORY_UNKNOWN', name);
      }
    },
  });
});

test('one that refuses is proven, with what it was asked for left behind once', async () => {
  vault.refuseDeletion();
  expect(await probes.run(null, ROOT)).toMatchObject([{name: 'vault', declared: true, refused: true, at: now}]);
  await probes.run('vault', ROOT);
  expect(await vault.snapshots([])).toHaveLength(1);
  expect(probes.last()).toEqual([{name: 'vault', refused: true, at: now}]);
});

test('one that deletes is told, and no set of it was touched', async () => {
  await vault.storeText('manifest.json', '{}', {tags: ['disaster-recovery', 'set=x', 'part=manifest']});
  expect(await probes.run(null, ROOT)).toMatchObject([{refused: false}]);
  expect((await vault.snapshots([])).map(({tags}) => tags)).toEqual([['disaster-recovery', 'set=x', 'part=manifest']]);
  expect(probes.last()).toMatchObject([{refused: false}]);
  expect([...ledger.entries()]).toMatchObject([{kind: 'probe.finished', data: {repository: 'vault', refused: false}}]);
});

test('one that is away is not known, and says nothing of what it answered before', async () => {
  vault.refuseDeletion();
  await probes.run(null, ROOT);
  vault.failWith(new Failure('REPOSITORY_UNREACHABLE', 'away'));
  expect(await probes.run(null, ROOT)).toMatchObject([
    {refused: null, message: expect.stringContaining('REPOSITORY_UNREACHABLE')},
  ]);
  expect(probes.last()).toMatchObject([{refused: true}]);
});

test('any can be asked by its name; one that there is not is refused', async () => {
  expect(await probes.run('offsite', ROOT)).toMatchObject([{name: 'offsite', declared: false, refused: false}]);
  await expect(probes.run('elsewhere', ROOT)).rejects.toMatchObject({code: 'REPOSITORY_UNKNOWN'});
});

test('by itself each day, and hourly while it is away', async () => {
  vault.refuseDeletion();
  const asked = () => ledger.of('probe.finished').length;
  for (let hour = 0; hour < 49; hour += 1) {
    await probes.tick();
    now += HOUR;
  }
  expect(asked()).toBe(3);
  vault.failWith(new Failure('REPOSITORY_UNREACHABLE', 'away'));
  now += 24 * HOUR;
  await probes.tick();
  vault.failWith(null);
  now += HOUR;
  await probes.tick();
  expect(asked()).toBe(4);
});
