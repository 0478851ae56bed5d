import {chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test} from '@jest/globals';
import {execa} from 'execa';
import {newCompanion} from '../faults/companion.ts';
import type {Companion} from '../faults/companion.ts';
import {drctl} from '../faults/drctl.ts';
import type {Running} from '../faults/drctl.ts';
import {expectNothingLeft, expectWholeAgain} from '../faults/expect_whole.ts';
import {newestJob, untilStep} from '../faults/journal.ts';
import {holdTable, stayConnected} from '../faults/connections.ts';
import {descendants} from '../faults/processes.ts';
import {expectRefusal} from '../faults/refusal.ts';
import {stoppedServer} from '../faults/server.ts';
import type {StoppedServer} from '../faults/server.ts';
import {RESTIC, slowRestic} from '../faults/slow_restic.ts';
import type {Slowness} from '../faults/slow_restic.ts';
import {soonAs} from '../faults/soon_as.ts';
import {query} from '../faults/state_of_server.ts';
import {createRole} from '../harness/database.ts';
import {unprivilegedAccount} from '../harness/postgres_cluster.ts';
import {removeScratch} from '../harness/scratch.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

const AWKWARD = `p@s%s:w/o'r"d with spaces`;

let server: StoppedServer;
let companion: Companion;
let restic: Slowness;
let before: string[];

beforeAll(async () => {
  server = await stoppedServer({password: AWKWARD});
  companion = await newCompanion(server);
  restic = await slowRestic(companion);
  await companion.succeed(['backup']);
});

afterAll(async () => {
  await server.postgres.stop();
  removeScratch();
});

beforeEach(async () => {
  before = await companion.sets();
});

afterEach(() => restic.fast());

async function withSetting(change: Parameters<Companion['configure']>[0], work: () => Promise<void>): Promise<void> {
  const text = await readFile(companion.configFile);
  await companion.configure(change);
  try {
    await work();
  } finally {
    await writeFile(companion.configFile, text);
  }
}

async function expectNothingListed(): Promise<void> {
  expect(await companion.sets()).toEqual(before);
  await expectNothingLeft(companion);
}

describe('space and permissions', () => {
  test('a full staging directory is told before anything is written', async () => {
    const small = join(server.directory, 'small');
    await mkdir(small);
    const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small], {reject: false});
    if (mounted.failed) {
      process.stderr.write(`Skipped: this machine refuses to mount a small file system (${mounted.shortMessage}).\n`);
      return;
    }
    try {
      await withSetting(
        (settings) => {
          settings['staging_directory'] = small;
        },
        async () => {
          expect(expectRefusal(await companion.run(['backup']), 'DISK_FULL')).toContain(small);
        },
      );
    } finally {
      await execa('umount', [small]);
    }
    await expectNothingListed();
  });

  test('a staging directory that fills up during the dump is named, and nothing of it stays', async () => {
    const small = join(server.directory, 'filling');
    await mkdir(small);
    const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', small], {reject: false});
    if (mounted.failed) {
      process.stderr.write(`Skipped: this machine refuses to mount a small file system (${mounted.shortMessage}).\n`);
      return;
    }
    try {
      await withSetting(
        (settings) => {
          settings['staging_directory'] = small;
        },
        async () => {
          const backup = companion.start(['backup']);
          await untilStep(companion, backup, 'first_pass');
          await execa('dd', ['if=/dev/zero', `of=${join(small, 'ballast')}`, 'bs=1M'], {reject: false});
          expectRefusal(await backup.ending, 'DISK_FULL');
        },
      );
      const {stdout} = await execa('ls', [small]);
      expect(stdout).toBe('ballast');
    } finally {
      await execa('umount', [small]);
    }
    await expectNothingListed();
    await expectWholeAgain(companion, before);
  });

  test('a repository that cannot be written is named', async () => {
    const account = await unprivilegedAccount();
    if (account === undefined) {
      return;
    }
    const {configFile, state, repository} = await newCompanion(server);
    const theirs = [configFile, state, server.configDirectory, server.dataDirectory];
    await execa('chown', ['-R', `${account.uid}:${account.gid}`, ...theirs]);
    await execa('chmod', ['-R', 'go=rX', repository]);
    await execa('chmod', [
      'go+x',
      dirname(configFile),
      join(server.directory, 'companions'),
      dirname(server.configDirectory),
    ]);
    const ending = await drctl(['backup', '--config', configFile], {account, environment: {HOME: '/tmp'}});
    expectRefusal(ending, 'REPOSITORY_UNREACHABLE');
  });

  test('a files directory that is missing is named', async () => {
    await rename(server.dataDirectory, `${server.dataDirectory}.away`);
    try {
      expect(expectRefusal(await companion.run(['backup']), 'FILES_UNREADABLE')).toContain(server.dataDirectory);
    } finally {
      await rename(`${server.dataDirectory}.away`, server.dataDirectory);
    }
    await expectNothingListed();
  });
});

describe('the configuration of Mattermost', () => {
  const BROKEN: Record<string, (path: string) => Promise<void>> = {
    'is no JSON': (path) => writeFile(path, '{"SqlSettings": {'),
    'is missing': async () => undefined,
    'is a directory': async (path) => {
      await mkdir(path);
    },
  };

  test.each(Object.keys(BROKEN))('%s: init and backup say so, and a rerun succeeds', async (name) => {
    const {configFile: path} = server;
    await rename(path, `${path}.away`);
    try {
      await BROKEN[name]?.(path);
      const code = name === 'is no JSON' ? 'MATTERMOST_CONFIG_INVALID' : 'MATTERMOST_CONFIG_UNREADABLE';
      expect(expectRefusal(await companion.run(['backup']), code)).toContain(path);
      const state = join(server.directory, 'never');
      expectRefusal(
        await drctl([
          'init',
          '--config',
          join(state, 'drctl.yaml'),
          '--mattermost-config',
          path,
          '--repository',
          join(state, 'r'),
          '--state',
          state,
        ]),
        code,
      );
    } finally {
      await rm(path, {recursive: true, force: true});
      await rename(`${path}.away`, path);
    }
    await expectNothingListed();
  });

  test('of which one file may not be read by the account of drctl is named', async () => {
    const account = await unprivilegedAccount();
    if (account === undefined) {
      return;
    }
    const secret = join(server.configDirectory, 'config.json');
    await chmod(secret, 0o600);
    await chown(secret, 0, 0);
    const state = join(server.directory, 'other-account');
    await mkdir(state);
    await chown(state, account.uid, account.gid);
    const ending = await drctl(
      [
        'init',
        '--config',
        join(state, 'drctl.yaml'),
        '--mattermost-config',
        secret,
        '--repository',
        join(state, 'r'),
        '--state',
        join(state, 's'),
      ],
      {account, environment: {HOME: '/tmp'}},
    );
    expectRefusal(ending, 'MATTERMOST_CONFIG_UNREADABLE');
  });
});

describe('PostgreSQL', () => {
  test('restarted in the middle of the dump: named, nothing listed, a rerun succeeds', async () => {
    const backup = companion.start(['backup']);
    const dump = () => descendants(backup.pid).find(({command}) => command.includes('--snapshot='));
    await soonAs('pg_dump', backup, async () => dump() !== undefined);
    const {pid} = dump() ?? {pid: backup.pid};
    // Held still, so that the restart is in the middle of it.
    process.kill(pid, 'SIGSTOP');
    await server.postgres.restart();
    process.kill(pid, 'SIGCONT');
    expectRefusal(await backup.ending, 'DATABASE_LOST');
    await expectNothingListed();
    await expectWholeAgain(companion, before);
  });

  test('that is down is named by every verb that needs it', async () => {
    await server.postgres.stop();
    try {
      for (const args of [
        ['backup'],
        ['backup', '--dry-run'],
        ['doctor'],
        ['restore', before[0] ?? 'latest', '--yes'],
      ]) {
        expectRefusal(await companion.run(args), 'DATABASE_UNREACHABLE');
      }
    } finally {
      await server.postgres.restart();
    }
    await expectNothingListed();
  });

  test('that refuses the password is named, and the password is not', async () => {
    await withSetting(
      (settings) => {
        (settings['database'] as Record<string, string>)['url'] = server.postgres.url(
          'mattermost',
          'mmuser',
          'not-the-secret',
        );
      },
      async () => {
        const ending = await companion.run(['backup']);
        expectRefusal(ending, 'DATABASE_REFUSED');
        expect(ending.stdout + ending.stderr).not.toContain('not-the-secret');
      },
    );
  });

  test('whose table is held exclusively is named before the backup begins', async () => {
    const free = await holdTable(server.databaseUrl, 'posts');
    try {
      expectRefusal(await companion.run(['backup']), 'DATABASE_LOCKED');
    } finally {
      await free();
    }
    await expectNothingListed();
  });

  test('whose table is held exclusively at T0: a cancel does not have to wait for it', async () => {
    await restic.slow(1, {only: 'part=files'});
    const backup = companion.start(['backup']);
    await untilStep(companion, backup, 'first_pass');
    const free = await holdTable(server.databaseUrl, 'posts');
    try {
      await untilStep(companion, backup, 'capture_database');
      await companion.succeed(['cancel', newestJob(companion)?.id ?? '']);
      const begun = performance.now();
      expectRefusal(await backup.ending, 'JOB_CANCELED');
      expect(performance.now() - begun).toBeLessThan(15_000);
    } finally {
      await free();
      await restic.fast();
    }
    await expectNothingListed();
  });

  test.each([
    ['a URL', () => server.databaseUrl],
    [
      'keywords',
      () =>
        `host=127.0.0.1 port=${server.postgres.port} user=mmuser dbname=mattermost sslmode=disable password='${AWKWARD.replaceAll("'", "\\'")}'`,
    ],
  ])('with an awkward password given as %s by --database alone', async (_name, address) => {
    const config = join(server.directory, 'without-dsn', 'config');
    await mkdir(config, {recursive: true});
    const settings = JSON.parse(await readFile(server.configFile, 'utf8')) as {SqlSettings: {DataSource: string}};
    settings.SqlSettings.DataSource = '';
    await writeFile(join(config, 'config.json'), JSON.stringify(settings));
    const other = await newCompanion({...server, configFile: join(config, 'config.json')}, ['--database', address()]);
    await other.succeed(['backup', '--scope', 'database,config']);
    expect(await other.sets()).toHaveLength(1);
  });

  test('whose role may not create databases: doctor and plans give the SQL, in place is refused', async () => {
    const SQL = 'ALTER ROLE "mmuser" CREATEDB;';
    const [set = ''] = before;
    await createRole(server.postgres, {name: 'mmuser', password: AWKWARD, createdb: false});
    try {
      const doctor = await companion.run(['doctor']);
      expect(JSON.stringify(doctor.result?.value)).toContain(JSON.stringify(SQL).slice(1, -1));
      for (const args of [
        ['backup', '--dry-run'],
        ['restore', set, '--dry-run'],
        ['restore', set, '--into-database', server.databaseUrl.replace('/mattermost?', '/elsewhere?'), '--dry-run'],
      ]) {
        const {plan} = await companion.succeed<{plan: {warnings: string[]}}>(args);
        expect(plan.warnings.join('\n')).toContain(SQL);
      }
      expect(expectRefusal(await companion.run(['restore', set, '--yes']), 'DATABASE_PRIVILEGE')).toContain(SQL);
      await query(server.postgres.superuserUrl, SQL);
      await companion.succeed(['restore', set, '--yes', '--without-restore-point']);
    } finally {
      await query(server.postgres.superuserUrl, SQL);
    }
  });

  test('whose database a program still uses: in place is refused and names it', async () => {
    const leave = await stayConnected(server.databaseUrl, 'a forgotten node');
    try {
      expect(
        expectRefusal(await companion.run(['restore', before[0] ?? '', '--yes']), 'MATTERMOST_IS_RUNNING'),
      ).toContain('a forgotten node');
    } finally {
      await leave();
    }
    await expectNothingListed();
  });
});

describe('the repository', () => {
  test('with another key is named', async () => {
    const wrong = join(server.directory, 'wrong.key');
    await writeFile(wrong, 'not the key\n', {mode: 0o600});
    await withSetting(
      (settings) => {
        (settings['repository'] as unknown as Record<string, string>)['password_file'] = wrong;
      },
      async () => {
        for (const args of [['backup'], ['list'], ['verify', 'latest'], ['doctor']]) {
          expectRefusal(await companion.run(args), 'REPOSITORY_KEY_WRONG');
        }
      },
    );
    expectRefusal(
      await drctl(['list', '--repository', companion.repository, '--password-file', wrong]),
      'REPOSITORY_KEY_WRONG',
    );
    await expectNothingListed();
  });

  test('that another program has locked is named, and works again when the lock is gone', async () => {
    const environment = {RESTIC_REPOSITORY: companion.repository, RESTIC_PASSWORD_FILE: companion.passwordFile};
    const check = execa(RESTIC, ['check'], {env: environment, reject: false});
    await waitFor('the lock', async () => (await readdir(join(companion.repository, 'locks'))).length > 0);
    check.kill('SIGSTOP');
    try {
      expectRefusal(await companion.run(['backup']), 'REPOSITORY_LOCKED');
    } finally {
      check.kill('SIGCONT');
      await check;
    }
    await expectNothingListed();
    await expectWholeAgain(companion, before);
  });

  test('that is not there is named', async () => {
    expectRefusal(
      await drctl([
        'list',
        '--repository',
        join(server.directory, 'nowhere'),
        '--password-file',
        companion.passwordFile,
      ]),
      'REPOSITORY_NOT_FOUND',
    );
  });

  test('with a restic that is too old is refused', async () => {
    const old = join(server.directory, 'old-restic');
    await writeFile(
      old,
      `#!/bin/sh\nif [ "$1" = version ]; then echo 'restic 0.12.1 compiled with go1.16.6 on linux/amd64'; else exec '${RESTIC}' "$@"; fi\n`,
      {mode: 0o700},
    );
    await withSetting(
      (settings) => {
        settings['tools'] = {restic: old};
      },
      async () => {
        expectRefusal(await companion.run(['doctor']), 'TOOL_MISSING');
        expectRefusal(await companion.run(['backup']), 'TOOL_MISSING');
      },
    );
    await expectNothingListed();
  });
});

describe('a job that runs', () => {
  /** What restic is asked for in a step; there it takes its time. */
  const ASKED = {first_pass: 'part=files', store_database: 'part=database', read_back: '/manifest.json'} as const;

  async function runningBackup(step: keyof typeof ASKED, ownGroup = false): Promise<Running> {
    // Long enough for a cancel on a busy machine; `fast` ends it.
    await restic.slow(20, {only: ASKED[step]});
    const backup = companion.start(['backup'], {ownGroup});
    await untilStep(companion, backup, step);
    return backup;
  }

  async function expectCanceled(backup: Running): Promise<void> {
    expectRefusal(await backup.ending, 'JOB_CANCELED');
    await restic.fast();
    expect(newestJob(companion)?.status).toBe('canceled');
    await expectNothingListed();
  }

  test('keeps a second one out', async () => {
    const backup = await runningBackup('first_pass');
    expectRefusal(await companion.run(['backup']), 'JOB_ALREADY_RUNNING');
    await restic.fast();
    expect((await backup.ending).exitCode).toBe(0);
  });

  test('is canceled by drctl cancel, and the next one works', async () => {
    const backup = await runningBackup('store_database');
    await companion.succeed(['cancel', newestJob(companion)?.id ?? '']);
    await expectCanceled(backup);
    await expectWholeAgain(companion, before);
    expectRefusal(await companion.run(['cancel', newestJob(companion)?.id ?? '']), 'JOB_NOT_RUNNING');
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is canceled by %s', async (signal) => {
    const backup = await runningBackup('store_database');
    process.kill(backup.pid, signal);
    await expectCanceled(backup);
  });

  test('is canceled, not failed, by Ctrl-C, which reaches its programs too', async () => {
    const backup = await runningBackup('first_pass', true);
    process.kill(-backup.pid, 'SIGINT');
    await expectCanceled(backup);
  });

  test('cannot be canceled any more once its set is sealed', async () => {
    const backup = await runningBackup('read_back');
    await companion.succeed(['cancel', newestJob(companion)?.id ?? '']);
    await restic.fast();
    expect((await backup.ending).exitCode).toBe(0);
    expect(await companion.sets()).toHaveLength(before.length + 1);
  });

  test('and was killed is ended by drctl cancel, and leaves no dump', async () => {
    const backup = await runningBackup('store_database');
    process.kill(backup.pid, 'SIGKILL');
    await backup.ending;
    await restic.fast();
    await companion.succeed(['cancel', newestJob(companion)?.id ?? '']);
    await expectNothingListed();
  });
});
