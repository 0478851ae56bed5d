import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chownSync,
} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {SettingKey} from '@disaster-recovery/contract';
import type {SignInSettings} from './port.ts';
import {createFileSettings} from './file.ts';
import {createPluginSettings} from './plugin.ts';
import {createSocketSettings} from './socket.ts';

const EMAIL = 'EmailSettings.EnableSignInWithEmail';
const BANNER = 'AnnouncementSettings.BannerText';
const SECRET = 'canary-secret';

const config = (indentation: string): string =>
  JSON.stringify(
    {
      ServiceSettings: {SiteURL: 'https://chat.test'},
      EmailSettings: {EnableSignUpWithEmail: false, SMTPPassword: SECRET},
      LdapSettings: {Enable: true},
      AnnouncementSettings: {BannerText: 'Grüße'},
      PluginSettings: {Plugins: {deep: [1, {a: null}]}},
    },
    null,
    indentation,
  );

function file(text = config('  '), mode = 0o640): {path: string; settings: SignInSettings} {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'config.json');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return {path, settings: createFileSettings({kind: 'file', location: path})};
}
const valueOf = async (settings: SignInSettings, key: SettingKey) =>
  (await settings.read()).find((one) => one.key === key)?.value;

test('what config.json leaves out has the value that Mattermost gives it', async () => {
  const {settings} = file();
  expect(
    await Promise.all(
      [
        EMAIL,
        'EmailSettings.EnableSignInWithUsername',
        'LdapSettings.EnableSync',
        'TeamSettings.EnableUserCreation',
        BANNER,
      ].map((key) => valueOf(settings, key as SettingKey)),
    ),
  ).toEqual([false, true, true, true, 'Grüße']);
  expect([
    settings.needsRestart,
    (await settings.read()).length,
    (await settings.read()).some(({locked}) => locked),
  ]).toEqual([true, 10, false]);
});

test.each([
  ['two spaces', '  ', ''],
  ['four spaces and a last line', '    ', '\n'],
])('only the named lines change, with %s', async (_case, indentation, end) => {
  const {path, settings} = file(config(indentation) + end);
  const after = await settings.change([
    {key: BANNER, from: 'Grüße', to: 'SSO is down <b>'},
    {key: 'TeamSettings.EnableUserCreation', from: true, to: false},
  ]);
  expect(after.filter(({key}) => key === BANNER || key.endsWith('UserCreation')).map(({value}) => value)).toEqual([
    false,
    'SSO is down <b>',
  ]);
  const expected = JSON.parse(config('')) as Record<string, object>;
  expect(readFileSync(path, 'utf8')).toBe(
    JSON.stringify(
      {...expected, AnnouncementSettings: {BannerText: 'SSO is down <b>'}, TeamSettings: {EnableUserCreation: false}},
      null,
      indentation,
    ) + end,
  );
});

test('a setting that is not as believed is left alone, and the file with it', async () => {
  const {path, settings} = file();
  const before = statSync(path).ino;
  expect((await settings.change([{key: EMAIL, from: true, to: false}])).find(({key}) => key === EMAIL)?.value).toBe(
    false,
  );
  expect(statSync(path).ino).toBe(before);
});

test('mode and owner stay, a link stays a link, and nothing is left beside it', async () => {
  const {path} = file(config('  '), 0o660);
  if (process.getuid?.() === 0) {
    chownSync(path, 1234, 4321);
  }
  const before = statSync(path);
  const link = join(mkdtempSync(join(tmpdir(), 'settings-')), 'config.json');
  symlinkSync(path, link);
  await createFileSettings({kind: 'file', location: link}).change([{key: EMAIL, from: false, to: true}]);
  expect([
    lstatSync(link).isSymbolicLink(),
    readFileSync(path, 'utf8').includes('"EnableSignInWithEmail": true'),
  ]).toEqual([true, true]);
  expect([statSync(path).mode, statSync(path).uid, statSync(path).gid]).toEqual([before.mode, before.uid, before.gid]);
  expect(readdirSync(join(path, '..'))).toEqual(['config.json']);
});

test.each([
  ['no JSON', `{"a": "${SECRET}" oops`],
  ['a list', `["${SECRET}"]`],
  [
    'a number that would be written back as another',
    `{"FileSettings": {"MaxFileSize": 9007199254740993}, "x": "${SECRET}"}`,
  ],
])('%s is refused without quoting the file', async (_case, text) => {
  const {path, settings} = file(text);
  const failure: unknown = await settings
    .change([{key: EMAIL, from: true, to: false}])
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({code: 'MATTERMOST_CONFIG_INVALID'});
  expect(String(failure)).not.toContain(SECRET);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a configuration in a database is refused by name', async () => {
  const settings = createFileSettings({kind: 'database', location: 'postgres://mm@db/mattermost'});
  await expect(settings.read()).rejects.toMatchObject({code: 'MATTERMOST_CONFIG_IN_DATABASE'});
  await expect(settings.change([{key: EMAIL, from: true, to: false}])).rejects.toMatchObject({
    code: 'MATTERMOST_CONFIG_IN_DATABASE',
  });
});

test('a file that is not there is told by its place and by why', async () => {
  const settings = createFileSettings({kind: 'file', location: '/nowhere/config.json'});
  await expect(settings.read()).rejects.toMatchObject({
    code: 'MATTERMOST_CONFIG_UNREADABLE',
    message: '/nowhere/config.json could not be read (ENOENT).',
  });
});

test('by the socket only what is still so is patched, and what is in force afterwards is told', async () => {
  const socket = join(mkdtempSync(join(tmpdir(), 'settings-')), 'local.socket');
  const patches: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        if (request.method === 'PUT') {
          patches.push([request.url, JSON.parse(Buffer.concat(chunks).toString())]);
        }
        response.writeHead(200).end(config(''));
      });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const settings = createSocketSettings(socket);
  const after = await settings.change([
    {key: BANNER, from: 'Grüße', to: 'x'},
    {key: EMAIL, from: true, to: false},
  ]);
  expect([patches, after.find(({key}) => key === BANNER)?.value]).toEqual([
    [['/api/v4/config/patch', {AnnouncementSettings: {BannerText: 'x'}}]],
    'Grüße',
  ]);
  server.close();
  server.closeAllConnections();
  await expect(settings.read()).rejects.toMatchObject({code: 'MATTERMOST_UNREACHABLE'});
});

test('by the plugin it is handed on', async () => {
  const changed: unknown[] = [];
  const settings = createPluginSettings({
    readSettings: async () => [],
    changeSettings: async (changes) => {
      changed.push(changes);
      return [{key: EMAIL, value: true, locked: true}];
    },
  });
  const change = {key: EMAIL, from: false, to: true} as const;
  expect([await settings.read(), await settings.change([change]), changed, settings.needsRestart]).toEqual([
    [],
    [{key: EMAIL, value: true, locked: true}],
    [[change]],
    false,
  ]);
});
