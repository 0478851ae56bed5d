import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals';
import {untilBotSays} from '../harness/bot_posts.ts';
import type {BotPost} from '../harness/bot_posts.ts';
import {canonicalPosts, namedFiles} from '../harness/canonical_rows.ts';
import {connect} from '../harness/client.ts';
import type {Client} from '../harness/client.ts';
import {differences, directoryHashes, tableHashes} from '../harness/compare.ts';
import type {DrctlAnswer} from '../harness/drctl.ts';
import {inParallel} from '../harness/in_parallel.ts';
import {startMattermost} from '../harness/mattermost.ts';
import type {Mattermost} from '../harness/mattermost.ts';
import {startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {query} from '../harness/query.ts';
import {removeScratch} from '../harness/scratch.ts';
import {waitFor} from '../harness/wait_for.ts';
import {wholeState} from '../harness/whole_state.ts';
import type {WholeState} from '../harness/whole_state.ts';
import {sha256} from '../harness/workspace_files.ts';
import {startWriter} from '../harness/writer.ts';
import type {Written} from '../harness/writer.ts';

jest.setTimeout(300_000);

/** Who is signed in, and what the two plugins exchange, goes on by itself; a restore settles the others. */
const MOVING = ['sessions', 'status', 'pluginkeyvaluestore', 'clusterdiscovery', 'db_lock', 'uploadsessions', 'jobs'];

const SECRET = 'kept only in the environment';

let server: ProtectedServer;

beforeAll(async () => {
  server = await startProtectedServer({environment: {MM_EMAILSETTINGS_FEEDBACKNAME: SECRET}});
});

afterAll(async () => {
  await server?.stop();
  removeScratch();
});

interface Places {
  readonly database: string;
  readonly files: string;
  readonly config: string;
}

async function restoreBeside(set: string, name: string): Promise<Places> {
  const top = join(server.directory, name);
  const places = {database: server.databaseUrlOf(name), files: join(top, 'data'), config: join(top, 'config')};
  const restored = await server.drctl(
    'restore',
    set,
    '--into-database',
    places.database,
    '--into-files',
    places.files,
    '--into-config',
    places.config,
  );
  expect(restored.error).toBeNull();
  expect(restored.value.restore).toMatchObject({mode: 'side_by_side', set, undo: []});
  return places;
}

describe('a backup that is typed while people write', () => {
  let written: Written;
  let answer: string;
  let post: BotPost;
  let set: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  let manifest: any;
  let places: Places;

  beforeAll(async () => {
    const {client, workspace} = server;
    const writer = startWriter(client, workspace, {perSecond: 16});
    const [channel] = workspace.channels;
    const {text = ''} = await client.executeCommand(channel!.id, '/dr backup --reason "quarterly drill"');
    answer = text;
    post = await untilBotSays(client, channel!.id, /Backup complete|failed|not everything/);
    written = await writer.stop();
    set = /Set `([^`]+)`/.exec(post.message)?.[1] ?? '';
    manifest = (await server.drctl('show', set)).value;
    places = await restoreBeside(set, 'while_writing');
  });

  test('the writer was never held up', () => {
    const during = written.posts.filter(
      ({create_at}) => create_at >= manifest.started_at && create_at <= manifest.finished_at,
    );
    expect(written.failures).toEqual([]);
    expect(during.length / ((manifest.finished_at - manifest.started_at) / 1000)).toBeGreaterThanOrEqual(10);
  });

  test('the answer comes at once, and one post of the bot in the same channel tells the end', () => {
    expect(answer).toContain('Backup started');
    expect(post.message).toContain('Backup complete');
    expect(post.message).toMatch(/\d+ rows? in \d+ tables/);
    expect(post.message).toMatch(/\d+ files/);
    expect(post.message).toContain('Left out**: nothing');
    expect(post.message).toContain('asked by sysadmin');
    expect(post.message).toContain('quarterly drill');
    expect(post.update_at).toBeGreaterThan(post.create_at);
  });

  test('the set is listed and shown, whole and cross-checked', async () => {
    expect((await server.drctl('list')).value.sets).toMatchObject([{id: set, cross_check: 'passed', omitted: []}]);
    expect(manifest).toMatchObject({
      id: set,
      reason: 'quarterly drill',
      actor: {kind: 'mattermost', name: 'sysadmin'},
      scope: ['database', 'config', 'files'],
      cross_check: {outcome: 'passed', missing: 0, size_differs: 0},
    });
  });

  test('what the server had only in its environment is in the set', async () => {
    expect(manifest.config).toMatchObject({
      effective: 'captured',
      env_names: expect.arrayContaining(['MM_EMAILSETTINGS_FEEDBACKNAME']),
    });
    expect(JSON.stringify(manifest)).not.toContain(SECRET);
    const {value} = await server.drctl('show', set, '--environment');
    expect(value.env).toMatchObject({MM_EMAILSETTINGS_FEEDBACKNAME: SECRET});
  });

  test('every table of the restored database has the rows of T0', async () => {
    const tables = await tableHashes(places.database);
    const rows = Object.fromEntries(Object.entries(tables).map(([name, {rows}]) => [`public.${name}`, rows]));
    const expected = Object.fromEntries(
      manifest.database.tables.map(({name, rows}: {name: string; rows: number}) => [name, rows]),
    );
    const settled = new Set(MOVING.map((name) => `public.${name}`));
    expect(Object.keys(rows).sort()).toEqual(Object.keys(expected).sort());
    const different = differences(rows, expected);
    expect(Object.keys(different).filter((name) => !settled.has(name))).toEqual([]);
  });

  test('every post of T0 is there, as it is on the live server', async () => {
    const [live, restored] = [await canonicalPosts(server.databaseUrl), await canonicalPosts(places.database)];
    const confirmedLater = new Set(
      written.posts.filter(({confirmed_at}) => confirmed_at >= manifest.t0).map(({id}) => id),
    );
    const due = [...live].filter(
      ([id, {userid, createat}]) => createat < manifest.t0 && userid !== post.user_id && !confirmedLater.has(id),
    );
    expect(due.length).toBeGreaterThan(server.workspace.posts.length);
    expect(due.filter(([id, {row}]) => restored.get(id)?.row !== row).map(([id]) => id)).toEqual([]);
  });

  test('no row names a file that is not there', async () => {
    const named = await namedFiles(places.database);
    expect(named.length).toBeGreaterThan(server.workspace.files.length);
    const lost = named.filter(({path, size}) => {
      const full = join(places.files, path);
      return !existsSync(full) || (size !== null && statSync(full).size !== size);
    });
    expect(lost).toEqual([]);
  });
});

describe('a backup of a quiet server', () => {
  let atBackup: WholeState;
  let notes: unknown;
  let places: Places;

  beforeAll(async () => {
    atBackup = await wholeState(server);
    notes = await keyValues(server.databaseUrl);
    places = await restoreBeside(await server.backUp(), 'quiet');
  });

  test('every table is equal', async () => {
    const tables = await tableHashes(places.database, {exclude: MOVING});
    const expected = Object.fromEntries(Object.entries(atBackup.tables).filter(([name]) => !MOVING.includes(name)));
    expect(Object.keys(tables)).toEqual(
      expect.arrayContaining(['posts', 'channels', 'reactions', 'users', 'fileinfo', 'emoji']),
    );
    expect(differences(tables, expected)).toEqual({});
  });

  test('every file and the whole config directory are equal', async () => {
    expect(differences(await directoryHashes(places.files), atBackup.files)).toEqual({});
    expect(differences(await directoryHashes(places.config), atBackup.config)).toEqual({});
    expect(Object.keys(atBackup.config)).toEqual(
      expect.arrayContaining(['config.json', 'saml-idp.crt', 'saml-private.key']),
    );
  });

  test('what another plugin keeps is equal', async () => {
    expect(await keyValues(places.database)).toEqual(notes);
  });

  describe('a second Mattermost on what was restored', () => {
    let second: Mattermost;
    let client: Client;

    beforeAll(async () => {
      second = await startMattermost({
        directory: join(server.directory, 'second'),
        databaseUrl: places.database,
        configFile: join(places.config, 'config.json'),
        dataDirectory: places.files,
      });
      client = connect(second.url);
      await client.login(server.workspace.admin.username, server.workspace.admin.password);
    });

    afterAll(async () => {
      await second?.stop();
    });

    test('takes the same password of the same people', async () => {
      for (const {username, password, id} of server.workspace.users.slice(0, -1)) {
        expect(await connect(second.url).login(username, password)).toMatchObject({id});
      }
    });

    test('gives every file as it was uploaded', async () => {
      const {files, channels} = server.workspace;
      const seen = await filesOfAdmin(files, channels);
      const wrong = await inParallel(seen, 4, async ({file_id, sha256: expected, name}) =>
        sha256(await client.download(`/files/${file_id}`)) === expected ? [] : [name],
      );
      expect(seen.length).toBeGreaterThanOrEqual(50);
      expect(wrong.flat()).toEqual([]);
    });

    test('finds what was written, in any script', async () => {
      const {teams} = server.workspace;
      for (const terms of ['rollout', 'übungen', 'москве', 'هاشمي OR مرحبا']) {
        const searches = await inParallel(teams, 1, ({id}) =>
          client.request<{order: string[]}>('POST', `/teams/${id}/posts/search`, {
            terms,
            is_or_search: terms.includes(' OR '),
          }),
        );
        expect({terms, found: searches.some(({order}) => order.length > 0)}).toEqual({terms, found: true});
      }
    });

    test('runs the other plugin on its data', async () => {
      const id = server.workspace.second_plugin!;
      const everyByte = Buffer.from(Array.from({length: 256}, (_, value) => value));
      await waitFor(
        'the other plugin to run',
        () =>
          client.downloadFromPlugin(id, '/?key=plain').then(
            () => true,
            () => false,
          ),
        60,
      );
      expect(await client.downloadFromPlugin(id, '/?key=every_byte')).toEqual(everyByte);
    });
  });
});

describe('a file store with links in it', () => {
  let set: string;
  let typed: DrctlAnswer;
  let places: Places;

  beforeAll(async () => {
    const data = server.mattermost().dataDirectory;
    const elsewhere = join(server.directory, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'out of reach.png'), 'old');
    const [file] = await namedFiles(server.databaseUrl);
    symlinkSync(file!.path, join(data, 'to a file'));
    symlinkSync(elsewhere, join(data, '20200101'));
    symlinkSync('gone', join(data, 'to nothing'));
    typed = await server.drctl('backup');
    set = typed.value.set.id as string;
    places = await restoreBeside(set, 'with_links');
  });

  const LEFT_OUT = [
    {part: 'files', what: 'what 1 link out of the file store leads to (20200101)', reason: expect.any(String)},
    {part: 'files', what: '1 link to nothing (to nothing)', reason: expect.any(String)},
  ];

  test('the set names those that lead out and to nothing, and so do its verification and the plan of a restore', async () => {
    expect([typed.ok, typed.value.set.omitted]).toEqual([true, LEFT_OUT]);
    expect((await server.drctl('show', set)).value.omitted).toEqual(LEFT_OUT);
    expect((await server.drctl('list')).value.sets[0]).toMatchObject({id: set, omitted: LEFT_OUT});
    expect((await server.drctl('verify', set)).value).toMatchObject({passed: true, findings: [], omitted: LEFT_OUT});
    const {value} = await server.drctl('restore', set, '--into-files', join(places.files, 'new'), '--dry-run');
    expect(value.plan.warnings).toContainEqual(expect.stringMatching(/lacks 1 link to nothing/));
  });

  test('the link to a file comes back, and nothing else does', () => {
    expect(readFileSync(join(places.files, 'to a file'))).toEqual(
      readFileSync(join(server.mattermost().dataDirectory, 'to a file')),
    );
    expect(readdirSync(places.files)).not.toEqual(expect.arrayContaining(['20200101']));
    expect(readdirSync(places.files)).not.toEqual(expect.arrayContaining(['to nothing']));
  });
});

function keyValues(databaseUrl: string): Promise<object[]> {
  return query(
    databaseUrl,
    `
    SELECT pkey, encode(pvalue, 'hex') AS value FROM pluginkeyvaluestore WHERE pluginid <> 'disaster-recovery' ORDER BY pkey`,
  );
}

/** The admin cannot see into one of the direct channels. */
async function filesOfAdmin(
  files: ProtectedServer['workspace']['files'],
  channels: ProtectedServer['workspace']['channels'],
) {
  const open = new Set(
    channels.filter(({members}) => members.includes(server.workspace.admin.username)).map(({id}) => id),
  );
  return files.filter(({channel_id}) => open.has(channel_id));
}
