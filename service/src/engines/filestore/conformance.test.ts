import {execFileSync} from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, describe, test} from '@jest/globals';
import {conformance, type Subject} from './conformance.ts';
import {createLocalFileStore} from './local/local.ts';
import {createLocalTargets} from './local/targets.ts';
import {createMemoryFiles} from './memory.ts';

function contentOf(place: string): Record<string, string> | null {
  try {
    return Object.fromEntries(
      readdirSync(place, {recursive: true, encoding: 'utf8'})
        .filter((path) => lstatSync(join(place, path)).isFile() && !path.startsWith('.drctl-'))
        .map((path) => [path, readFileSync(join(place, path), 'utf8')]),
    );
  } catch {
    return null;
  }
}

function onDisk(home: string, place: string): Subject {
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(place, path)), {recursive: true});
    writeFileSync(join(place, path), content);
  };
  put('20260101/a.png', 'former');
  return {
    targets: createLocalTargets(),
    store: createLocalFileStore(place),
    place,
    nowhere: join(home, 'fresh/data'),
    put: async (path, content) => put(path, content),
    remove: async (path) => rmSync(join(place, path)),
    link: async (path, target) => symlinkSync(target, join(place, path)),
    pipe: async (path) => void execFileSync('mkfifo', [join(place, path)]),
    contentOf: async (which) => contentOf(which),
    lose: async () => rmSync(place, {recursive: true}),
  };
}

const newHome = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'conformance-')));

describe('in memory', () => {
  conformance('memory', async () => {
    const files = createMemoryFiles();
    const place = 'bucket/data';
    const tree = () => files.places.get(place)!;
    const links = new Map<string, string | null>();
    files.links.set(place, links);
    files.places.set(place, new Map([['20260101/a.png', Buffer.from('former')]]));
    const asText = (found: ReturnType<typeof tree> | undefined) =>
      found ? Object.fromEntries([...found].map(([path, content]) => [path, content.toString()])) : null;
    const named = (where: string) => {
      const [name, state] = [where.slice(0, where.lastIndexOf(' ')), where.slice(where.lastIndexOf(' ') + 1)];
      return files.waiting.get(name)?.[state as 'former' | 'undone'];
    };
    return {
      targets: files.targets,
      store: files.store(place),
      place,
      nowhere: 'bucket/fresh',
      put: async (path, content) => void tree().set(path, Buffer.from(content)),
      remove: async (path) => void tree().delete(path),
      link: async (path, target) => void links.set(path, target),
      pipe: async (path) => void links.set(path, null),
      contentOf: async (where) => asText(files.places.get(where) ?? named(where)) ?? contentOf(where),
      lose: async () => void files.places.delete(place),
    };
  });
});

describe('a directory', () => {
  conformance('local', async () => {
    const home = newHome();
    return onDisk(home, join(home, 'data'));
  });
});

/** A rename does not leave it: everything waits inside. Containers often may not mount. */
describe('a mount point', () => {
  const mounted: string[] = [];
  afterEach(() => {
    mounted.splice(0).forEach((place) => execFileSync('umount', [place]));
  });
  const mayMount = ((): boolean => {
    const here = newHome();
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'none', here], {stdio: 'ignore'});
      execFileSync('umount', [here]);
      return true;
    } catch {
      return false;
    }
  })();
  const run = mayMount
    ? conformance
    : (name: string) => test.skip(`${name} (mounting is not permitted here)`, () => undefined);
  run('mount point', async () => {
    const home = newHome();
    const place = join(home, 'data');
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', 'none', place]);
    mounted.unshift(place);
    return {
      ...onDisk(home, place),
      lose: async () => {
        rmSync(join(place, '20260101'), {recursive: true});
        execFileSync('umount', [mounted.shift()!]);
        rmSync(place, {recursive: true});
      },
    };
  });
});
