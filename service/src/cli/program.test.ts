import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {ResultLine, VERBS} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {createOutput, finish} from './output.ts';
import {buildProgram, runProgram, type Called} from './program.ts';
import {runOf} from './verbs/index.ts';

let out = '';
let err = '';

beforeEach(() => {
  [out, err] = ['', ''];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

async function called(...argv: string[]) {
  let call: Called | undefined;
  await buildProgram(async (it) => {
    call = it;
  }).parseAsync(argv, {from: 'user'});
  return call;
}

const ran = (argv: readonly string[]): Promise<number> => runProgram(argv, runOf);

test.each([
  [['--config', '/x.yaml', '--json', 'status']],
  [['status', '--config', '/x.yaml', '--json']],
  [['--json', 'status', '--config=/x.yaml']],
])('common options are taken before and after the verb: %j', async (argv) => {
  expect(await called(...argv)).toMatchObject({
    name: 'status',
    verb: VERBS.status,
    options: {config: '/x.yaml', json: true},
  });
});

test.each<[string[], string, Record<string, unknown>, string[]]>([
  [
    ['backup', '--scope', 'database,config', '--reason', 'two words', '--dry-run'],
    'backup',
    {scope: ['database', 'config'], reason: 'two words', dryRun: true},
    [],
  ],
  [
    ['restore', 'latest', '--into-database', 'postgres://x/y', '--yes'],
    'restore',
    {intoDatabase: 'postgres://x/y', yes: true},
    ['latest'],
  ],
  [['restore', '--undo'], 'restore', {undo: true}, []],
  [['verify', 'latest'], 'verify', {level: 'L1'}, ['latest']],
  [['jobs'], 'jobs', {limit: '20'}, []],
  [
    ['sso', 'let-in', 'anna', '--identified-by', 'by voice'],
    'sso let-in',
    {identifiedBy: 'by voice', validMinutes: '15'},
    ['anna'],
  ],
  [
    ['sso', 'declare', '--reason', 'down', '--no-tell', '--json'],
    'sso declare',
    {reason: 'down', tell: false, json: true},
    [],
  ],
  [['list', '--repository', '/r', '--password-file', '/k'], 'list', {repository: '/r', passwordFile: '/k'}, []],
])('%j reaches its verb', async (argv, name, options, [subject]) => {
  expect(await called(...argv)).toEqual({
    name,
    verb: VERBS[name as keyof typeof VERBS],
    options: expect.objectContaining(options),
    subject,
  });
});

test.each([
  [['statuss'], "unknown command 'statuss'"],
  [['backup', '--unknown'], "unknown option '--unknown'"],
  [['verify'], "missing required argument 'set'"],
  [['backup', '--reason'], 'argument missing'],
  [['status', 'extra'], 'too many arguments'],
  [['--config'], 'argument missing'],
  [['sso', 'declair'], "unknown command 'declair'"],
  [['sso', 'let-in', '--identified-by', 'x'], "missing required argument 'user'"],
  [['sso', 'switch', '--password', 'x'], 'unknown option'],
])('%j is a usage error: exit code 2, words on stderr, nothing on stdout', async (argv, says) => {
  expect(await ran(argv)).toBe(2);
  expect([out, err.includes('USAGE_INVALID'), err.includes(says)]).toEqual(['', true, true]);
});

test.each([
  [[], 'backup'],
  [['sso'], 'switch-back'],
])('a call without a verb, %j, shows the help and is not a success', async (argv, says) => {
  expect(await ran(argv)).toBe(2);
  expect(err + out).toContain(says);
  expect(err).toContain('Name one of the verbs above.');
});

test.each([
  [['--json', 'statuss']],
  [['verify', '--json']],
  [['status', '--json', '--config', '/nonexistent/drctl.yaml']],
])(
  'with --json the last line on stdout is the result, also of an error: %j',
  async (argv) => {
    const code = await ran(argv);
    const lines = out.trimEnd().split('\n');
    const result = ResultLine.parse(JSON.parse(lines.at(-1) ?? ''));
    expect(result).toMatchObject({ok: false, value: null, error: {remedy: expect.stringMatching(/\w/)}});
    expect([code, lines.length]).toEqual([result.error?.code === 'USAGE_INVALID' ? 2 : 3, 1]);
    // The first verb that runs loads its modules, which takes its time on a busy machine.
  },
  30_000,
);

test.each([
  [['--version'], /^\d+\.\d+\.\d+/],
  [['--help'], /Usage: drctl/],
  [['restore', '--help'], /--into-database/],
  [['sso', '--help'], /switch-back/],
  [['sso', 'switch', '--help'], /--deny-file/],
])('%j is an answer, not an error', async (argv, says) => {
  expect(await ran(argv)).toBe(0);
  expect(out).toMatch(says);
});

test.each<[string[], number, string]>([
  [['status', '--config', '/nonexistent/drctl.yaml'], 3, 'CONFIG_NOT_FOUND'],
  [['list', '--repository', '/r'], 2, '--repository needs --password-file'],
  [['list', '--repository', '/r', '--password-file', '/nonexistent/key'], 2, '/nonexistent/key cannot be read'],
  [['config', 'burn'], 2, 'drctl config check'],
])('%j ends with exit code %d and says why and what to do', async (argv, code, says) => {
  expect(await ran(argv)).toBe(code);
  expect(err).toContain(says);
  expect(err).toContain('→ ');
});

test('every verb says what it does', () => {
  const program = buildProgram(async () => undefined);
  const firstWords = new Set(Object.keys(VERBS).map((name) => name.split(' ')[0]));
  expect(program.commands.map((command) => command.name())).toEqual([...firstWords]);
  const all = program.commands.flatMap((command) => [command, ...command.commands]);
  expect(all.filter((command) => command.description() === '')).toEqual([]);
  expect(all.map((command) => command.name())).toEqual(
    expect.arrayContaining(['switch-back', 'claim-sheet', 'admin-access']),
  );
});

test.each([
  ['words', false],
  ['JSON lines', true],
])('as %s, an answer that is not the wanted one keeps its value and its exit code', (_name, json) => {
  expect(
    finish(createOutput(json), {value: {passed: false}, failure: new Failure('VERIFY_NOT_PASSED', 'damage')}),
  ).toBe(6);
  if (json) {
    expect(JSON.parse(out)).toMatchObject({
      type: 'result',
      ok: false,
      value: {passed: false},
      error: {code: 'VERIFY_NOT_PASSED'},
    });
  } else {
    expect([out, err.startsWith('\nVERIFY_NOT_PASSED: damage\n→ ')]).toEqual(['', true]);
  }
});

test('JSON and words never mix', () => {
  const event = {type: 'note', seq: 1, at: 1, job: 'j', kind: 'backup', level: 'info', text: 'x'} as const;
  const [json, words] = [createOutput(true), createOutput(false)];
  json.say('words');
  words.event(event);
  expect(out).toBe('');
  json.event(event);
  words.say('words');
  expect(out).toBe(`${JSON.stringify(event)}\nwords\n`);
});
