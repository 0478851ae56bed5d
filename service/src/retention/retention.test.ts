import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Actor, Job, KeepResult, SetManifest} from '@disaster-recovery/contract';
import {createMemoryRepository, type MemoryRepository} from '../engines/repository/memory.ts';
import {createJobs, JOB_TABLES} from '../jobs/index.ts';
import {openState, type State} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {createSets, isAhead, sealManifest, setTags, verifications} from '../sets/index.ts';
import {aJob, aManifest} from '../testkit/answers.ts';
import {createHolds, createRetention, HOLD_TABLE, type Holds, type KeepRules} from './index.ts';
import type {Retention} from './retention.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADA: Actor = {kind: 'cli', id: '1', name: 'ada'};
const MANIFEST = 'manifest.json';

let now: number;
let rules: Partial<KeepRules> | null;
let divergent: string[];
let copying: Job | null;
let repository: MemoryRepository;
let state: State;
let ledger: Ledger;
let holds: Holds;
let retention: Retention;
/** What the repository was asked to remove, and what happens to whoever asks. */
let asked: {what: 'forget' | 'prune'; snapshots: readonly string[]}[];
let dies: ((call: number) => void) | null;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 24, 12);
  rules = {last: 2};
  divergent = [];
  copying = null;
  asked = [];
  dies = null;
  repository = createMemoryRepository('/srv/repository', () => now);
  await repository.create();
  state = openState(mkdtempSync(join(tmpdir(), 'retention-')), [LEDGER_TABLE, JOB_TABLES, HOLD_TABLE]);
  retention = start();
});

/** As each process makes it anew. */
function start(): Retention {
  const clock = {now: () => now, sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5))};
  ledger = createLedger(state, clock);
  holds = createHolds({state, clock, ledger});
  const jobs = createJobs(state, clock);
  const sets = createSets(repository, {name: 'main', cacheDirectory: null, clock});
  const calling = (what: 'forget' | 'prune', snapshots: readonly string[] = []): void => {
    asked.push({what, snapshots});
    dies?.(asked.length);
  };
  return createRetention(
    {
      clock,
      ledger,
      name: 'main',
      repository: {
        forget: async (snapshots, signal) => {
          calling('forget', snapshots);
          await repository.forget(snapshots, signal);
        },
        prune: async (signal) => {
          calling('prune');
          return repository.prune(signal);
        },
      },
      inventory: (signal) => sets.inventory(signal),
      divergent: async () => divergent,
      isAhead,
      verifications: () => verifications(ledger.entries(), {repository: 'main', inUse: 'main'}),
      holds,
      rules: () =>
        rules && {
          last: 0,
          hourly: 0,
          daily: 0,
          weekly: 0,
          monthly: 0,
          yearly: 0,
          withinMs: 0,
          minimumSets: 0,
          minimumVerified: 1,
          restorePointsMs: 30 * DAY,
          timeZone: 'UTC',
          ...rules,
        },
      objectiveMs: () => DAY,
    },
    {...jobs, running: (lane) => (lane === 'copies' ? copying : jobs.running(lane))},
  );
}

let made = 0;

/** A set of one hour ago, or of as many as are said. */
async function make(hoursAgo = 1, changes: Partial<SetManifest> = {}): Promise<string> {
  made += 1;
  const t0 = now - hoursAgo * HOUR;
  const id = `${new Date(t0).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${String(made).padStart(6, '0')}`;
  const part = await repository.storeText('dump', `dump of ${id}`, {tags: setTags(id, 'database')});
  const snapshots = [{part: 'database' as const, id: part.snapshot, root: '/dump'}];
  const {sha256: _seal, ...body} = aManifest({id, t0, snapshots, ...changes});
  await repository.storeText(MANIFEST, JSON.stringify(sealManifest(body)), {tags: setTags(id, 'manifest')});
  return id;
}

const setsThere = async (): Promise<string[]> => (await retention.preview()).sets.map(({set}) => set);

async function apply(): Promise<KeepResult> {
  const job = await (await retention.apply({actor: ADA})).done;
  expect(job.error).toBeNull();
  return job.result as KeepResult;
}

async function refused(): Promise<{code: string; message: string; remedy: string}> {
  const job = await (await retention.apply({actor: ADA})).done;
  return job.error!;
}

const written = (kind: string) => [...ledger.entries()].filter((entry) => entry.kind === kind);

test('what no rule keeps is gone, manifest first, with its parts and their space; the ledger has who, which and why', async () => {
  const [old, older] = [await make(50), await make(60)];
  const stay = [await make(1), await make(2)];
  const preview = await retention.preview();
  expect(preview.sets.map(({set, goes}) => [set, goes])).toEqual([
    ...stay.map((set) => [set, false]),
    [old, true],
    [older, true],
  ]);
  const manifests = (await repository.snapshots(['part=manifest'])).map(({id}) => id);
  const result = await apply();
  expect(asked[0]?.snapshots).toHaveLength(2);
  expect(manifests).toEqual(expect.arrayContaining([...(asked[0]?.snapshots ?? [])]));
  expect(result).toMatchObject({repository: 'main', removed: [old, older], loose: 0, stay: 2});
  expect(result.freed_bytes).toBeGreaterThan(100);
  expect(await setsThere()).toEqual(stay);
  expect(await repository.snapshots([])).toHaveLength(4);
  expect(asked.map(({what}) => what)).toEqual(['forget', 'forget', 'forget', 'prune']);
  expect(written('keep.decided')).toMatchObject([
    {actor: ADA, data: {goes: [old, older], rules: ['the 2 newest', 'the last 1 verified']}},
  ]);
  expect(written('keep.decided')[0]?.data['stays']).toMatchObject({[stay[0]!]: ['last', 'newest_good']});
  expect(written('keep.finished')).toMatchObject([{actor: ADA, data: {removed: [old, older]}}]);
});

test('a second time there is nothing to do, and the repository is not locked for it', async () => {
  await Promise.all([make(1), make(2), make(3)]);
  await apply();
  asked = [];
  expect(await apply()).toMatchObject({removed: [], freed_bytes: 0, stay: 2});
  expect(asked.filter(({what, snapshots}) => what === 'prune' || snapshots.length > 0)).toEqual([]);
});

describe('what is not as it should be holds everything back, by name', () => {
  test.each<[string, string, () => unknown]>([
    ['no rules', 'No keep-rules', () => void (rules = null)],
    ['a set of the future', 'still to come', () => make(-5)],
    ['a copy that differs', 'differs', () => void (divergent = ['It differs.'])],
    [
      'a damaged manifest',
      'cannot be read',
      async () => {
        const [first] = await repository.snapshots(['part=manifest']);
        repository.damage(first!.id, `/${MANIFEST}`);
      },
    ],
    [
      'a newest set that lost a part',
      'not good',
      async () => {
        const {snapshots} = JSON.parse(
          await repository.readText(
            (await repository.snapshots([`set=${await make(0)}`, 'part=manifest']))[0]!.id,
            `/${MANIFEST}`,
          ),
        ) as SetManifest;
        repository.lose(snapshots[0]!.id);
      },
    ],
    [
      'a newest set that did not pass a verification',
      'not good',
      async () => {
        ledger.append('verify.finished', ADA, {set: await make(0), repository: 'main', level: 'L2', passed: false});
      },
    ],
    ['a newest set beyond the objective', 'more than the objective', () => void (now += 2 * DAY)],
  ])('%s', async (_name, says, happens) => {
    await make(1);
    await make(2);
    await make(70);
    await happens();
    const before = await repository.snapshots([]);
    expect((await retention.preview()).held_back?.message).toContain(says);
    expect(await refused()).toMatchObject({code: 'KEEP_HELD_BACK', message: expect.stringContaining(says)});
    expect(await repository.snapshots([])).toEqual(before);
    expect(asked).toEqual([]);
    expect(written('keep.held_back')).toHaveLength(1);
  });
});

describe('a hold', () => {
  test('keeps its set, is said with its reason, and ends when it is released', async () => {
    const [held] = [await make(70), await make(1), await make(2)];
    holds.hold(held, {reason: 'case 4711'}, ADA);
    expect((await retention.preview()).sets.at(-1)).toMatchObject({
      goes: false,
      reasons: [{code: 'held', message: 'ada holds it: case 4711'}],
    });
    expect((await apply()).removed).toEqual([]);
    holds.release(held, ADA);
    expect((await apply()).removed).toEqual([held]);
    expect(ledger.verify().entries).toBeGreaterThan(4);
    expect(written('hold.placed')).toMatchObject([{actor: ADA, data: {set: held, reason: 'case 4711', until: null}}]);
  });

  test('that is over holds no more, and a new one replaces it', async () => {
    const [held] = [await make(70), await make(1), await make(2)];
    holds.hold(held, {reason: 'a day', until: now + HOUR}, ADA);
    now += HOUR;
    expect(holds.list()).toEqual([]);
    expect(() => holds.release(held, ADA)).toThrow('Nobody holds');
    expect(() => holds.hold(held, {reason: 'x', until: now}, ADA)).toThrow('over already');
    holds.hold(held, {reason: 'again'}, ADA);
    expect((await apply()).removed).toEqual([]);
  });

  test('that comes between the decision and the removal is heeded', async () => {
    const [held] = [await make(70), await make(1), await make(2)];
    const {list} = holds;
    let looks = 0;
    holds.of = (set) => {
      looks += set === held ? 1 : 0;
      return looks > 1 && set === held
        ? {set, reason: 'late', owner: ADA, held_at: now, until: null}
        : (list().find((hold) => hold.set === set) ?? null);
    };
    expect((await apply()).removed).toEqual([]);
    expect(await setsThere()).toContain(held);
  });
});

describe('what belongs to no set', () => {
  test('goes when it is a day old; what a backup left just now stays', async () => {
    await make(1);
    const old = await repository.storeText('dump', 'old', {tags: setTags('20261101T000000Z-aaaaaa', 'database')});
    const others = await repository.storeText('x', 'x', {tags: ['somebody else']});
    const unnamed = await repository.storeText('x', 'y', {tags: ['disaster-recovery']});
    now += 25 * HOUR;
    const fresh = await repository.storeText('dump', 'new', {tags: setTags('20261125T120000Z-bbbbbb', 'database')});
    await make(0);
    expect((await retention.preview()).loose).toBe(1);
    expect(await apply()).toMatchObject({loose: 1, removed: []});
    const left = (await repository.snapshots([])).map(({id}) => id);
    expect(left).toEqual(expect.arrayContaining([others.snapshot, unnamed.snapshot, fresh.snapshot]));
    expect(left).not.toContain(old.snapshot);
  });

  test('what lies beside a set that lost a part stays: it may be what is left of it', async () => {
    const hurt = await make(3);
    const beside = await repository.storeText('dump', 'again', {tags: setTags(hurt, 'database')});
    const [part] = await repository.snapshots([`set=${hurt}`, 'part=database']);
    repository.lose(part!.id);
    now += 25 * HOUR;
    await make(0);
    await apply();
    expect((await repository.snapshots([])).map(({id}) => id)).toContain(beside.snapshot);
  });
});

test.each([1, 2, 3, 4])('whoever dies at call %i to the repository: the same again ends it, whole', async (at) => {
  const old = await make(70);
  await repository.storeText('dump', 'loose', {tags: setTags('20261101T000000Z-aaaaaa', 'database')});
  now += 25 * HOUR;
  const stay = [await make(1), await make(2)];
  // A step that never ends is as far as a process comes that is killed in it.
  dies = (call) => {
    if (call === at) {
      throw new Error('killed');
    }
  };
  expect((await (await retention.apply({actor: ADA})).done).status).toBe('error');
  dies = null;
  retention = start();
  expect(await setsThere()).toEqual(expect.arrayContaining(stay));
  const again = await apply();
  expect(await setsThere()).toEqual(stay);
  expect(again.stay).toBe(2);
  if (at > 1) {
    // Its parts are younger than a day where the manifest went just now; they go when they are older.
    now += 25 * HOUR;
    await make(0);
    await apply();
  }
  const tags = (await repository.snapshots([])).flatMap((snapshot) => snapshot.tags);
  expect(tags).not.toContain(`set=${old}`);
  expect(tags).not.toContain('set=20261101T000000Z-aaaaaa');
  expect((await repository.prune()).freed_bytes).toBe(0);
});

test('space that a run did not come to free is freed by the next one, though nothing is left to remove', async () => {
  await Promise.all([make(70), make(1), make(2)]);
  dies = (call) => {
    if (call === 4) {
      throw new Error('killed');
    }
  };
  expect((await (await retention.apply({actor: ADA})).done).status).toBe('error');
  dies = null;
  const next = await apply();
  expect(next.removed).toEqual([]);
  expect(next.freed_bytes).toBeGreaterThan(0);
  expect((await apply()).freed_bytes).toBe(0);
});

test('while sets are being copied none is removed', async () => {
  await Promise.all([make(70), make(1), make(2)]);
  copying = aJob({id: 'copy1', kind: 'copy'});
  await expect(retention.apply({actor: ADA})).rejects.toMatchObject({code: 'JOB_ALREADY_RUNNING'});
  copying = null;
  expect((await apply()).removed).toHaveLength(1);
});

test('a repository that keeps all refuses by name, and all sets are there', async () => {
  await Promise.all([make(70), make(1), make(2)]);
  const before = await setsThere();
  repository.refuseDeletion();
  expect(await refused()).toMatchObject({code: 'REPOSITORY_DELETE_REFUSED'});
  expect(await setsThere()).toEqual(before);
});
