import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import type {Actor} from '@disaster-recovery/contract';
import {policyOf, POLICY_TEXT, type TestPolicy} from '../testkit/policy.ts';

const ROOT: Actor = {kind: 'cli', id: '0', name: 'root'};
const ADMIN: Actor = {kind: 'mattermost', id: 'u1', name: 'admin'};

const textOf = ({path}: TestPolicy): string => readFileSync(path, 'utf8');

test('who looks sees what stands there and what may be changed from where, and no secret', async () => {
  const it = policyOf();
  const shown = await it.policy.show();
  expect(shown).toMatchObject({
    file: it.path,
    written: {objectives: {rpo_hours: 24}, repository: {environment: {AWS_SECRET_ACCESS_KEY: '***'}}},
    from_anywhere: ['schedules', 'objectives'],
    not_writable: null,
    not_in_effect: null,
  });
  expect(Object.keys(shown.written)).toEqual(['repository', 'schedules', 'objectives']);
  expect(JSON.stringify(shown)).not.toContain('hunter2');
});

test('a change is written with who made it in the ledger, and nothing else of the file is touched', async () => {
  const it = policyOf();
  const {revision} = await it.policy.show();
  const changed = await it.policy.assign({assignment: 'objectives.rpo_hours=12'}, ROOT);
  const change = {setting: 'objectives.rpo_hours', from: 24, to: 12};
  expect(changed).toMatchObject({changes: [change]});
  expect(textOf(it)).toBe(POLICY_TEXT.replace('rpo_hours: 24', 'rpo_hours: 12'));
  expect(statSync(it.path).mode & 0o777).toBe(0o600);
  expect([...it.ledger.entries()]).toMatchObject([
    {kind: 'policy.changed', actor: ROOT, data: {from: revision, revision: changed.revision, changes: [change]}},
  ]);
});

test.each([
  ['schedules.nightly.cron=*/5 * * * *', '*/5 * * * *'],
  ['schedules.nightly.cron=0 3 * * *', '0 3 * * *'],
  ['schedules.nightly.scope=[database, config]', ['database', 'config']],
  ['schedules.nightly.jitter_minutes=3', 3],
  ['schedules.nightly.time_zone=', null],
])('%s is read as it is meant', async (assignment, to) => {
  expect((await policyOf().policy.assign({assignment}, ROOT)).changes).toMatchObject([{to}]);
});

test('a secret that is changed is told by its name alone, and written', async () => {
  const it = policyOf();
  const setting = 'repository.environment.AWS_SECRET_ACCESS_KEY';
  const changed = await it.policy.replace(
    POLICY_TEXT.replace('AWS_SECRET_ACCESS_KEY: hunter2', 'AWS_SECRET_ACCESS_KEY: correct-horse\n    AWS_REGION: eu'),
    (await it.policy.show()).revision,
    ROOT,
  );
  expect(changed.changes).toEqual([
    {setting, from: '***', to: '***'},
    {setting: 'repository.environment.AWS_REGION', from: null, to: '***'},
  ]);
  expect(textOf(it)).toContain('correct-horse');
  expect(JSON.stringify([...it.ledger.entries()])).not.toMatch(/correct-horse|hunter2/);
  await expect(it.policy.assign({assignment: `repository.url='***'`}, ROOT)).rejects.toMatchObject({
    code: 'POLICY_INVALID',
  });
});

test('an edit that changes secrets alone is saved and entered as well', async () => {
  const it = policyOf();
  const {revision} = await it.policy.show();
  const text = POLICY_TEXT.replaceAll('hunter2', 'correct-horse');
  const changed = await it.policy.replace(text, revision, ROOT);
  expect(textOf(it)).toBe(text);
  expect(changed.revision).not.toBe(revision);
  expect([...it.ledger.entries()]).toMatchObject([{kind: 'policy.changed', data: {revision: changed.revision}}]);
});

describe('a page that sends all that it loaded', () => {
  test('changes only what it changed', async () => {
    const it = policyOf();
    const {revision, written} = await it.policy.show();
    const policy = {...written, objectives: {rpo_hours: 6}};
    expect((await it.policy.update({revision, policy}, ADMIN)).changes).toEqual([
      {setting: 'objectives.rpo_hours', from: 24, to: 6},
    ]);
    expect(textOf(it)).toBe(POLICY_TEXT.replace('rpo_hours: 24', 'rpo_hours: 6'));
  });

  test('and changed nothing writes nothing', async () => {
    const it = policyOf();
    const {revision, written} = await it.policy.show();
    expect(await it.policy.update({revision, policy: written}, ADMIN)).toEqual({revision, changes: []});
    expect([...it.ledger.entries()]).toEqual([]);
  });

  test('of before somebody else changed it, it writes over nothing', async () => {
    const it = policyOf();
    const {revision, written} = await it.policy.show();
    await it.policy.assign({assignment: 'objectives.rpo_hours=12'}, ROOT);
    const after = textOf(it);
    await expect(
      it.policy.update({revision, policy: {...written, objectives: {rpo_hours: 48}}}, ADMIN),
    ).rejects.toMatchObject({code: 'POLICY_CHANGED'});
    await expect(it.policy.replace(`${POLICY_TEXT}# mine\n`, revision, ROOT)).rejects.toMatchObject({
      code: 'POLICY_CHANGED',
    });
    expect(textOf(it)).toBe(after);
  });
});

/** Whoever is an administrator of Mattermost is not who may run programs on this machine. */
test.each([
  'repository.url=rclone:evil:x',
  'repository.password_file=/etc/passwd',
  'copies.other.url=/srv/other',
  'restore.needs_second_administrator=false',
  'sso.never_switch=[root]',
  'keep.last=1',
  'notify.mattermost=administrators',
  'tools.restic=/tmp/restic',
  'database.url=postgres://evil/db',
  'state_directory=/tmp',
])('an administrator in Mattermost does not change %s', async (assignment) => {
  const it = policyOf();
  await expect(it.policy.assign({assignment}, ADMIN)).rejects.toMatchObject({code: 'POLICY_ONLY_ON_HOST'});
  expect(textOf(it)).toBe(POLICY_TEXT);
});

test.each<[string, string, string]>([
  ['objectives.rpo_hours=-1', 'POLICY_INVALID', 'objectives.rpo_hours'],
  ['objectives.rpo_hour=1', 'POLICY_INVALID', 'rpo_hour'],
  ['schedules.nightly.cron=0 2 30 2 *', 'POLICY_INVALID', 'schedules.0.cron'],
  ['schedules.weekly.scope=[database]', 'POLICY_INVALID', 'schedules.2.cron'],
  ['objectives.rpo_hours.x=1', 'POLICY_INVALID', 'objectives.rpo_hours'],
  ['state_directory=', 'POLICY_INVALID', 'state_directory'],
])('%s is refused by name, and nothing is changed', async (assignment, code, named) => {
  const it = policyOf();
  await expect(it.policy.assign({assignment}, ROOT)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(named),
  });
  expect(textOf(it)).toBe(POLICY_TEXT);
  expect(readdirSync(dirname(it.path))).toEqual(['drctl.yaml']);
  expect([...it.ledger.entries()]).toEqual([]);
});

test('what the environment sets is not changed in the file, where it would do nothing', async () => {
  const it = policyOf(POLICY_TEXT, {DRCTL_OBJECTIVES_RPO_HOURS: '8'});
  await expect(it.policy.assign({assignment: 'objectives.rpo_hours=12'}, ROOT)).rejects.toMatchObject({
    code: 'POLICY_SET_BY_ENVIRONMENT',
    message: expect.stringContaining('DRCTL_OBJECTIVES_RPO_HOURS'),
  });
});

test('a file that is reached by a link is changed where it lies, and the link stays', async () => {
  const it = policyOf();
  const elsewhere = join(mkdtempSync(join(tmpdir(), 'policy-real-')), 'real.yaml');
  renameSync(it.path, elsewhere);
  symlinkSync(elsewhere, it.path);
  await it.policy.assign({assignment: 'objectives.rpo_hours=12'}, ROOT);
  expect(lstatSync(it.path).isSymbolicLink()).toBe(true);
  expect(readFileSync(elsewhere, 'utf8')).toContain('rpo_hours: 12');
});

/** Permissions hold nobody back who is root; a mount that is read-only does. */
function closed(directory: string): () => void {
  if (process.getuid?.() !== 0) {
    chmodSync(directory, 0o500);
    return () => {
      chmodSync(directory, 0o700);
    };
  }
  execFileSync('mount', ['--bind', directory, directory]);
  execFileSync('mount', ['-o', 'remount,bind,ro', directory]);
  return () => {
    execFileSync('umount', [directory]);
  };
}

test('a file in a directory that we may not write in is shown as such', async () => {
  const it = policyOf();
  const open = closed(dirname(it.path));
  try {
    expect((await it.policy.show()).not_writable).toMatchObject({message: expect.stringContaining(it.path)});
    await expect(it.policy.assign({assignment: 'objectives.rpo_hours=12'}, ROOT)).rejects.toMatchObject({
      code: 'POLICY_NOT_WRITABLE',
    });
  } finally {
    open();
  }
  expect(textOf(it)).toBe(POLICY_TEXT);
});

test('a fault that somebody wrote by hand is a problem with a remedy, not an answer that fails', async () => {
  const it = policyOf();
  expect(await it.policy.problem()).toBeNull();
  writeFileSync(it.path, POLICY_TEXT.replace('rpo_hours: 24', 'rpo_hours: soon'));
  expect(await it.policy.problem()).toMatchObject({
    message: expect.stringContaining('goes on with what it had'),
    remedy: expect.stringContaining('drctl config check'),
  });
  writeFileSync(it.path, 'a: [\n');
  expect(await it.policy.show()).toMatchObject({
    written: {},
    not_in_effect: {message: expect.stringContaining('is not YAML')},
  });
});
