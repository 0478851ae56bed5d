import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import type {FileStore, FileTarget, FileTargets, LeadsTo, Pass, StagedFiles} from './port.ts';

type Content = Readonly<Record<string, string>>;

/** A place of users' files with a directory `20260101` and a file `20260101/a.png` that says `former`, whatever keeps it. */
export type Subject = {
  targets: FileTargets;
  store: FileStore;
  /** Of the store. */
  place: string;
  /** A place that is not there. */
  nowhere: string;
  put(path: string, content: string): Promise<void>;
  remove(path: string): Promise<void>;
  link(path: string, target: string): Promise<void>;
  pipe(path: string): Promise<void>;
  /** All files that lie at a place now; null when it is not there. */
  contentOf(place: string): Promise<Content | null>;
  /** Takes the whole store away, as an unmounted disk does. */
  lose(): Promise<void>;
};

const FORMER = {'20260101/a.png': 'former'};
const NEW = {'20260101/a.png': 'of the set', 'users/x/profile.png': 'face', "„Grüße“\n'x'.txt": ''};

/** A pass as the repository writes it. */
const passOf = (content: Content, more: (into: string) => Promise<void> = async () => undefined): Pass => ({
  write: async (into) => {
    for (const [path, text] of Object.entries(content)) {
      await mkdir(dirname(join(into, path)), {recursive: true});
      await writeFile(join(into, path), text);
    }
    await more(into);
  },
  top: async () => ({uid: 0, gid: 0, mode: 0o750}),
});

const BROKEN: Pass = {
  write: async (into) => {
    await writeFile(join(into, 'half'), 'half');
    throw new Error('the repository went away');
  },
  top: async () => null,
};

/** The subject of the test that runs, and what tests do with it. */
function bench(open: () => Promise<Subject>) {
  let subject: Subject;
  beforeEach(async () => {
    subject = await open();
  });
  const target = (place = subject.place): FileTarget => subject.targets.at(place);
  return {
    subject: () => subject,
    target,
    content: (place = subject.place) => subject.contentOf(place),
    stage: (id = 'abc123', ...passes: Pass[]): Promise<StagedFiles> =>
      target().stage(id, passes.length > 0 ? passes : [passOf(NEW)]),
  };
}

type Bench = ReturnType<typeof bench>;

/** What every file store does, whatever is behind it. */
export function conformance(name: string, open: () => Promise<Subject>): void {
  const shared = bench(open);
  reads(name, shared);
  stages(name, shared);
  swaps(name, shared);
}

function reads(name: string, {subject, content}: Bench): void {
  const top = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const entry of subject().store.top()) {
      names.push(entry);
    }
    return names.sort();
  };

  test.each<[string, string, number | null]>([
    ['a file', '20260101/a.png', 6],
    ['a file that is not there', '20260101/b.png', null],
    ['a path through a file', '20260101/a.png/b', null],
    ['a name that nothing can hold', 'x'.repeat(5000), null],
    ['a path that leads out', '../../../../etc/hostname', null],
  ])(`${name}: the size of %s`, async (_name, path, bytes) => {
    expect(await subject().store.sizeOf(path)).toBe(bytes);
  });

  test.each<[string, string, LeadsTo | null]>([
    ['a file', '20260101/a.png', null],
    ['a directory', '20260101', null],
    ['what is not there', '20260101/gone.png', null],
    ['a link to a file beside it', 'link -> 20260101/a.png', 'inside'],
    ['a link to a directory', '20260101/link -> ../20260101', 'inside'],
    ['a link to a link', 'link -> 20260101/again', 'inside'],
    ['a link out of the store', 'link -> ../..', 'outside'],
    ['a link by an absolute path', 'link -> /', 'outside'],
    ['a link to nothing', 'link -> 20260101/gone.png', 'nothing'],
    ['a link to itself', 'link -> link', 'nothing'],
    ['a pipe', '20260101/pipe', 'no_link'],
  ])(`${name}: %s leads where it leads`, async (_name, what, where) => {
    const [path = '', target] = what.split(' -> ');
    await subject().link('20260101/again', 'a.png');
    await subject().pipe('20260101/pipe');
    if (target !== undefined) {
      await subject().link(path, target);
    }
    expect(await subject().store.leadsTo(path)).toBe(where);
  });

  test(`${name}: the names at the top are those of now, each once`, async () => {
    await subject().put('20260101/b.png', 'b');
    await subject().put('brand/image.png', 'logo');
    expect(await top()).toEqual(['20260101', 'brand']);
    await subject().remove('brand/image.png');
    expect(await subject().store.sizeOf('brand/image.png')).toBeNull();
  });

  test(`${name}: a repository reads what is there`, async () => {
    await subject().put('users/x/profile.png', 'face');
    const readable = await subject().store.readable();
    expect(await subject().contentOf(readable?.root ?? '')).toEqual(await content());
  });

  test(`${name}: a store that is gone is told by name, and is not taken for an empty one`, async () => {
    await subject().lose();
    const refusal = {code: 'FILES_UNREADABLE', message: expect.stringContaining(subject().store.location)};
    await expect(subject().store.readable()).rejects.toMatchObject(refusal);
    await expect(top()).rejects.toMatchObject(refusal);
  });

  test(`${name}: a place is described, also one that is not there`, async () => {
    const {targets, place, nowhere} = subject();
    expect(await targets.at(place).inspect()).toMatchObject({entries: 1, first: expect.stringContaining('20260101')});
    const {bytes_free, ...rest} = await targets.at(nowhere).inspect();
    expect([rest, bytes_free > 0]).toEqual([{entries: 0, first: null}, true]);
    expect(await targets.locate(place)).toBe(place);
    await targets.at(place).requireReplaceable();
  });
}

function stages(name: string, {subject, target, content, stage}: Bench): void {
  test(`${name}: what is staged is counted and read back, and what is there is not touched`, async () => {
    const staged = await stage();
    expect(staged.tree).toMatchObject({files: 3, bytes: 14, links: 0, special: 0, stripped: 0, first: null});
    const back = await target().readBack(staged);
    expect(back).toEqual({files: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/)});
    expect(await target().readBack(await stage('def456', passOf({...NEW, more: 'm'})))).not.toEqual(back);
    expect(await content()).toEqual(FORMER);
  });

  test(`${name}: the hash of a tree is the same wherever it waits`, async () => {
    expect(await target().readBack(await stage('abc123', passOf({a: 'a', 'b/c': 'c'})))).toEqual({
      files: 2,
      sha256: '63bf7e04408c4c116d6cb7335e8d48fd3fa0f345b597d645bdbae8444c0768a6',
    });
  });

  test(`${name}: a later pass lies over an earlier one, whatever kind each entry is`, async () => {
    const first = passOf({same: 'old', kept: 'kept', 'dir to file/x/y': 'y', 'file to dir': 'f'});
    const second = passOf({same: 'newer', 'dir to file': 'file', 'file to dir/n': 'n'});
    const staged = await stage('abc123', first, second);
    expect(staged.tree).toMatchObject({files: 4, bytes: 14});
    await target().swap(staged);
    expect(await content()).toEqual({same: 'newer', kept: 'kept', 'dir to file': 'file', 'file to dir/n': 'n'});
  });

  test(`${name}: a link that leads out of the tree does not come in, and is counted`, async () => {
    const staged = await stage(
      'abc123',
      passOf(NEW, (into) => symlink('/etc', join(into, 'out'))),
    );
    expect(staged.tree).toMatchObject({files: 3, links: 1, first: 'out'});
    await target().swap(staged);
    expect(await content()).toEqual(NEW);
  });

  test(`${name}: a pass that breaks off leaves nothing that counts: staged again, only the new one is there`, async () => {
    await expect(stage('abc123', BROKEN)).rejects.toThrow('the repository went away');
    expect(await content()).toEqual(FORMER);
    await target().swap(await stage());
    expect(await content()).toEqual(NEW);
  });

  test(`${name}: what was staged is thrown away before a swap, and never after one has begun`, async () => {
    await stage();
    await target().discard('abc123');
    await target().discard('abc123');
    const staged = await stage();
    await target().swap(staged);
    await target().discard('abc123');
    await subject().targets.swapBack(target().former(staged));
    expect(await content()).toEqual(FORMER);
  });
}

function swaps(name: string, {subject, target, content, stage}: Bench): void {
  // What is kept in a journal or a log is JSON.
  const kept = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

  test(`${name}: a swap is done once, keeps the former state where it said before, and goes back once`, async () => {
    const staged = kept(await stage());
    const former = kept(target().former(staged));
    const {whereabouts, swapBack} = subject().targets;
    expect(whereabouts(former)).toMatchObject({place: subject().place});
    expect(await target().formerStates()).toEqual([]);
    await target().swap(staged);
    await target().swap(staged);
    expect([await content(), await target().formerStates()]).toEqual([NEW, [whereabouts(former).former]]);
    await swapBack(former);
    await swapBack(former);
    expect([await content(), await subject().contentOf(whereabouts(former).undone)]).toEqual([FORMER, NEW]);
  });

  test(`${name}: one restore after the other, each goes back to what was before it`, async () => {
    const one = await stage('abc123', passOf({one: '1'}));
    await target().swap(one);
    const two = await stage('def456', passOf({two: '2'}));
    await target().swap(two);
    await subject().put('since', 'then');
    await subject().targets.swapBack(target().former(two));
    expect(await content()).toEqual({one: '1'});
    await subject().targets.swapBack(target().former(one));
    expect(await content()).toEqual(FORMER);
  });

  test(`${name}: into a place that was not there the tree moves, once, and nothing waits`, async () => {
    const {targets, nowhere} = subject();
    const staged = kept(await targets.at(nowhere).stage('abc123', [passOf(NEW)]));
    await targets.at(nowhere).moveIn(staged);
    await targets.at(nowhere).moveIn(staged);
    expect([await content(nowhere), await targets.at(nowhere).formerStates()]).toEqual([NEW, []]);
  });
}
