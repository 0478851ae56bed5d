import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, test} from '@jest/globals';
import {createFileConfig} from './file.ts';

let home = '';
const at = (...path: string[]): string => join(home, ...path);
const write = (path: string, content: string): string => {
  mkdirSync(at(path, '..'), {recursive: true});
  writeFileSync(at(path), content);
  return at(path);
};
const copy = () => createFileConfig(at('config/config.json')).copyTo(at('scratch'));
const copied = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(at('scratch'), {recursive: true, encoding: 'utf8'})
      .filter((path) => !lstatSync(at('scratch', path)).isDirectory())
      .map((path) => [
        path,
        lstatSync(at('scratch', path)).isFile() ? readFileSync(at('scratch', path), 'utf8') : 'not a file',
      ]),
  );

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'config-')));
  write('config/config.json', '{}');
  write('elsewhere/config.json', '{"real":true}');
});

test('a directory of plain files is copied with owner, mode and time, and what a restore left is not', async () => {
  write('config/saml/idp.crt', 'certificate');
  write('config/.drctl-abc/x', 'x');
  chmodSync(at('config'), 0o750);
  chmodSync(at('config/config.json'), 0o4640);
  expect(await copy()).toEqual({directory: at('scratch'), left_out: []});
  expect(copied()).toEqual({'config.json': '{}', 'saml/idp.crt': 'certificate'});
  const mode = (path: string): number => statSync(at(path)).mode & 0o7777;
  expect([mode('scratch'), mode('scratch/config.json')]).toEqual([0o750, 0o640]);
  expect(statSync(at('scratch/config.json')).mtimeMs).toBeCloseTo(statSync(at('config/config.json')).mtimeMs, -1);
  // A copy is made anew.
  rmSync(at('config/saml'), {recursive: true});
  await copy();
  expect(copied()).toEqual({'config.json': '{}'});
});

test('links to files are followed, wherever they lead: the set holds what the server reads', async () => {
  rmSync(at('config/config.json'));
  symlinkSync(at('elsewhere/config.json'), at('config/config.json'));
  // As Kubernetes mounts a ConfigMap.
  write('config/..2026/idp.crt', 'certificate');
  symlinkSync('..2026', at('config/..data'));
  symlinkSync('..data/idp.crt', at('config/idp.crt'));
  expect((await copy()).left_out).toEqual([]);
  expect(copied()).toEqual({
    'config.json': '{"real":true}',
    '..2026/idp.crt': 'certificate',
    '..data/idp.crt': 'certificate',
    'idp.crt': 'certificate',
  });
});

test('what cannot be followed is named, and nothing but files and directories is copied', async () => {
  symlinkSync('nothing', at('config/dangling'));
  symlinkSync(at('elsewhere'), at('config/outside'));
  symlinkSync('.', at('config/itself'));
  symlinkSync('/dev/null', at('config/device'));
  write('config/a/x', '1');
  write('config/b/y', '2');
  symlinkSync('../b', at('config/a/to-b'));
  symlinkSync('../a', at('config/b/to-a'));
  execFileSync('mkfifo', [at('config/pipe')]);
  const {left_out} = await copy();
  expect(Object.fromEntries(left_out.map(({path, reason}) => [path, reason]))).toEqual({
    dangling: 'a link to nothing',
    outside: `a link to the directory ${at('elsewhere')}`,
    itself: 'a link to a directory that it is in',
    device: 'a link to a device, pipe or socket',
    pipe: 'a device, pipe or socket',
    'a/to-b/to-a': 'a link to a directory that it is in',
    'b/to-a/to-b': 'a link to a directory that it is in',
  });
  expect(Object.values(copied())).not.toContain('not a file');
});

test.each<[string, () => void, RegExp]>([
  ['is not there', () => undefined, /config\.json is not there/],
  ['is a link to nothing', () => symlinkSync('nothing', at('config/config.json')), /is a link to nothing/],
  ['is a pipe', () => execFileSync('mkfifo', [at('config/config.json')]), /is a device, pipe or socket/],
])('without the file that the server reads there is no set: it %s', async (_name, plant, message) => {
  rmSync(at('config/config.json'));
  plant();
  await expect(copy()).rejects.toMatchObject({
    code: 'MATTERMOST_CONFIG_UNREADABLE',
    message: expect.stringMatching(message),
  });
});

test('a directory that is a link is the directory that it points to; one that is not there is named', async () => {
  symlinkSync(at('config'), at('link'));
  const source = createFileConfig(at('link/config.json'));
  await source.copyTo(at('scratch'));
  expect([copied(), source.file]).toEqual([{'config.json': '{}'}, 'config.json']);
  await expect(createFileConfig(at('gone/config.json')).copyTo(at('scratch'))).rejects.toMatchObject({
    code: 'MATTERMOST_CONFIG_UNREADABLE',
  });
});
