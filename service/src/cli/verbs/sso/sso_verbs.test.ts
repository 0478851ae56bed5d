import {existsSync, mkdtempSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals';
import {AdminAccessResult, LetInResult, SwitchPlan, type FailureCode} from '@disaster-recovery/contract';
import {
  aJob,
  CODE,
  createFakeSso,
  letInResult,
  START,
  switchBackResult,
  switchResult,
  type SsoCall,
} from '../../../testkit/answers.ts';
import {createJobs, JOB_TABLES} from '../../../jobs/index.ts';
import {Failure} from '../../../kernel/failure.ts';
import {openState} from '../../../kernel/state.ts';
import type {Sso} from '../../../sso/index.ts';
import {requestReader} from '../../options.ts';
import {createOutput, finish, type Outcome} from '../../output.ts';
import {buildProgram} from '../../program.ts';
import type {Run} from '../../verb.ts';
import {createSsoVerbs} from './index.ts';

const clock = {
  now: () => START,
  sleep: (ms: number) =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, Math.min(ms, 5));
    }),
};
const directory = mkdtempSync(join(tmpdir(), 'sso-verbs-'));
const onShell = {actor: {kind: 'cli', id: expect.any(String), name: expect.any(String)}, onHost: true};

let calls: SsoCall[];
let out: string;
let changes: Partial<Sso>;

beforeEach(() => {
  [calls, out, changes] = [[], '', {}];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Runs `drctl sso …` as the program does, with a fake capability. */
async function run(...argv: string[]): Promise<Outcome> {
  const json = argv.includes('--json');
  const jobs = createJobs(openState(mkdtempSync(join(tmpdir(), 'sso-jobs-')), [JOB_TABLES]), clock);
  const runs: Record<string, unknown> = createSsoVerbs((_options, work) =>
    work({sso: createFakeSso(calls, changes), jobs}),
  );
  let outcome: Outcome = {value: null};
  const program = buildProgram(async (called) => {
    const request = requestReader(called.verb, called, START);
    const perform = runs[called.name] as Run;
    outcome = await perform({options: called.options, subject: called.subject, request, output: createOutput(json)});
  });
  await program.parseAsync(['sso', ...argv], {from: 'user'});
  return outcome;
}

const refused = (...argv: string[]) =>
  run(...argv).then(
    () => null,
    (error: Failure) => error,
  );

function fileOf(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const many = {dormant_days: 90};
const people = fileOf('people.csv', '\uFEFFusername,name\r\nanna,Anna\r\n# left\r\nben,Ben\r\n');
const denied = fileOf('denied.txt', 'ex\n');

test.each<[string[], keyof Sso, unknown[]]>([
  [['status'], 'status', []],
  [['readiness'], 'readiness', []],
  [['forecast'], 'forecast', []],
  [['snapshot'], 'snapshot', [onShell]],
  [['return-list'], 'returnList', []],
  [['declare', '--reason', 'Keycloak is down'], 'declare', [{reason: 'Keycloak is down', tell: true}, onShell]],
  [['declare', '--reason', 'down', '--no-tell'], 'declare', [{reason: 'down', tell: false}, onShell]],
  [['locked-out'], 'lockedOut', []],
  [['set-again'], 'setAgain', [onShell]],
  [['extend-sessions'], 'extend', [{hours: 72}, onShell]],
  [['extend-sessions', '--hours', '8'], 'extend', [{hours: 8}, onShell]],
  [['close'], 'close', [onShell]],
  [
    ['resolve', '@anna', '--choice', 'leave', '--reason', 'left us'],
    'resolve',
    [{user: 'anna', choice: 'leave', reason: 'left us'}, onShell],
  ],
  [
    ['let-in', 'anna', '--identified-by', 'by voice'],
    'letIn',
    [{user: 'anna', identified_by: 'by voice', valid_minutes: 15, mail: false}, onShell],
  ],
  [
    ['let-in', 'anna', '--identified-by', 'badge', '--valid-minutes', '30', '--mail'],
    'letIn',
    [{user: 'anna', identified_by: 'badge', valid_minutes: 30, mail: true}, onShell],
  ],
  [['admin-access', '--user', '@root'], 'adminAccess', [{user: 'root', password: null}, onShell]],
  [
    ['switch', '--user', 'anna', 'ben', '--user', '@carl,dora', '--dry-run'],
    'planSwitch',
    [{users: ['anna', 'ben', 'carl', 'dora'], ...many}, onShell],
  ],
  [
    ['switch', '--file', people, '--user', 'zoe', 'anna', '--dry-run'],
    'planSwitch',
    [{users: ['zoe', 'anna', 'ben'], ...many}, onShell],
  ],
  [
    ['switch', '--team', 'core', '--deny-file', denied, '--dry-run'],
    'planSwitch',
    [{team: 'core', deny: ['ex'], ...many}, onShell],
  ],
  [['switch', '--group', 'staff', '--dry-run'], 'planSwitch', [{group: 'staff', ...many}, onShell]],
  [
    ['switch', '--sessions-ending-before', '8h', '--dry-run'],
    'planSwitch',
    [{sessions_ending_before: START + 28_800_000, ...many}, onShell],
  ],
  [
    ['switch', '--everyone', '--approval', 'a1', '--dry-run'],
    'planSwitch',
    [{everyone: true, approval: 'a1', ...many}, onShell],
  ],
  [
    ['switch', '--everyone', '--include-dormant', '--dry-run'],
    'planSwitch',
    [{everyone: true, include_dormant: true, ...many}, onShell],
  ],
  [['switch-back', '--dry-run'], 'planSwitchBack', [{without_provider_check: false, resume_sync: false}, onShell]],
  [
    ['switch-back', '--user', 'anna', '--canary', '@ben', '--without-provider-check', '--resume-sync', '--dry-run'],
    'planSwitchBack',
    [{users: ['anna'], canary: 'ben', without_provider_check: true, resume_sync: true}, onShell],
  ],
])('drctl sso %j calls %s once, as somebody with a shell, and says something', async (argv, verb, given) => {
  const {failure} = await run(...argv);
  expect([failure, calls]).toEqual([undefined, [{verb, given}]]);
  expect(out.length).toBeGreaterThan(10);
});

test.each<[string[], RegExp]>([
  [['switch'], /exactly one/],
  [['switch', '--everyone', '--team', 'core'], /exactly one/],
  [['switch', '--file', people, '--everyone'], /exactly one/],
  [['switch', '--sessions-ending-before', 'tomorrow'], /is not a time/],
  [['switch', '--file', '/nonexistent'], /cannot be read/],
  [['switch', '--everyone', '--deny-file', '/nonexistent'], /cannot be read/],
  [['extend-sessions', '--hours', 'many'], /^--hours/],
  [['extend-sessions', '--hours', '9999'], /^--hours/],
  [['let-in', 'anna', '--identified-by', 'x'], /^--identified-by/],
  [['let-in', 'anna'], /required option '--identified-by/],
  [['declare'], /required option '--reason/],
  [['resolve', 'anna', '--choice', 'delete', '--reason', 'left us'], /^--choice/],
  [['claim-sheet', '--identified-by', 'badge', '--out', '/tmp/x.pdf'], /\.html or \.txt/],
  [['admin-access', '--user', 'root', '--password', 'hunter2'], /unknown option/],
])('drctl sso %j is refused, and nothing is asked of the capability', async (argv, message) => {
  const error = await refused(...argv);
  expect(error?.message.replace(/^error: /, '')).toMatch(message);
  expect(calls).toEqual([]);
});

test('a setting that could not be set again is a failure, and what could be is told', async () => {
  const left = [{key: 'TeamSettings.EnableUserCreation', message: 'The environment of Mattermost sets it.'}];
  changes = {setAgain: async () => ({set: ['EmailSettings.EnableSignInWithEmail'], left, settings: []})};
  expect((await run('set-again')).failure).toMatchObject({
    code: 'SETTING_LOCKED',
    message: expect.stringContaining('EnableUserCreation. The environment'),
  });
  expect(out).toContain('1 setting is as the incident has set it again.');
});

describe('what changes many accounts', () => {
  test.each<[string[], keyof Sso, keyof Sso, string]>([
    [['switch', '--everyone'], 'planSwitch', 'startSwitch', 'switch'],
    [['switch-back'], 'planSwitchBack', 'startSwitchBack', 'switch_back'],
  ])(
    '%j shows the plan and stops without a word of consent; with --yes it runs the same request',
    async (argv, plan, start, name) => {
      expect(await refused(...argv)).toMatchObject({code: 'CONFIRMATION_NEEDED'});
      expect(calls.map(({verb}) => verb)).toEqual([plan]);
      expect(out).toContain('Steps: ');
      calls.length = 0;
      const {value, failure} = await run(...argv, '--yes');
      expect(calls.map(({verb}) => verb)).toEqual([plan, start]);
      expect(calls[1]?.given).toEqual(calls[0]?.given);
      expect(value).toMatchObject({[name]: name === 'switch' ? switchResult : switchBackResult, job: 'job1'});
      // One of the fixtures failed, the other holds a conflict: done, but not what was wanted.
      expect(failure?.code).toBe(name === 'switch' ? 'SWITCH_NOT_PROVEN' : 'ACCOUNT_CONFLICT');
    },
  );

  test('with everybody switched there is no failure', async () => {
    const result = {...switchResult, failed: 0, conflicts: 0, people: []};
    changes = {
      startSwitch: async () => ({
        job: aJob({kind: 'sso_switch'}),
        done: Promise.resolve(aJob({kind: 'sso_switch', status: 'success', result})),
      }),
    };
    expect(await run('switch', '--everyone', '--yes')).toEqual({value: {switch: result, job: 'job1'}});
  });

  test('with --json a dry run is the plan alone', async () => {
    const {value} = await run('--json', 'switch', '--everyone', '--dry-run');
    SwitchPlan.parse((value as {plan: unknown}).plan);
    expect(out).toBe('');
  });

  test.each<FailureCode>(['SSO_NOT_DECLARED', 'NO_LOCAL_ADMINISTRATOR', 'JOB_ALREADY_RUNNING'])(
    'a refusal %s reaches the caller as it is',
    async (code) => {
      changes = {startSwitch: () => Promise.reject(new Failure(code, 'No.'))};
      expect(await refused('switch', '--everyone', '--yes')).toMatchObject({code});
    },
  );
});

describe('what hands out a way in', () => {
  test('the value of let-in is exactly the answer of the contract, as the last JSON line', async () => {
    const outcome = await run('--json', 'let-in', 'anna', '--identified-by', 'voice');
    expect(LetInResult.strict().parse(outcome.value)).toEqual(letInResult);
    finish(createOutput(true), outcome);
    expect(JSON.parse(out)).toEqual({type: 'result', ok: true, value: letInResult, error: null});
  });

  test('a password that was made is printed once', async () => {
    const {value} = await run('admin-access', '--user', 'root');
    expect(AdminAccessResult.parse(value).password).toBe('made-here-1');
    expect(out.split('made-here-1')).toHaveLength(2);
  });

  test.each(['html', 'txt'])('a sheet (%s) is private, holds the codes, and nothing else does', async (ending) => {
    const file = join(directory, `sheet.${ending}`);
    const {value} = await run('claim-sheet', '--identified-by', 'badge', '--out', file, '--valid-minutes', '30');
    expect(calls).toEqual([{verb: 'claimSheet', given: [{identified_by: 'badge', valid_minutes: 30}, onShell]}]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(CODE);
    expect(value).toEqual({file, count: 2, url: letInResult.url, expires_at: START + 900_000, skipped: []});
    expect([out.includes(CODE), JSON.stringify(value).includes(CODE), out.includes('2 codes')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('a sheet never writes over a file, and makes no codes that it could not write', async () => {
    const file = fileOf('there.html', 'mine');
    expect(await refused('claim-sheet', '--identified-by', 'badge', '--out', file)).toMatchObject({
      code: 'USAGE_INVALID',
      message: `${file} exists already.`,
    });
    expect(await refused('claim-sheet', '--identified-by', 'badge', '--out', '/nonexistent/x.html')).toMatchObject({
      code: 'USAGE_INVALID',
    });
    expect([readFileSync(file, 'utf8'), calls]).toEqual(['mine', []]);
  });

  test('a sheet that could not be made leaves no file', async () => {
    changes = {claimSheet: () => Promise.reject(new Failure('SSO_NOT_DECLARED', 'No.'))};
    const file = join(directory, 'never.html');
    expect(await refused('claim-sheet', '--user', 'anna', '--identified-by', 'badge', '--out', file)).toMatchObject({
      code: 'SSO_NOT_DECLARED',
    });
    expect(existsSync(file)).toBe(false);
  });
});
