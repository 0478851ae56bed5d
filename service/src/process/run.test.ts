import {expect, test} from '@jest/globals';
import {run} from './run.ts';

const NODE = process.execPath;

test('arguments reach the program untouched, whatever they hold', async () => {
  const argument = `a'b"c $HOME \n; rm -rf`;
  const {stdout, exitCode} = await run(NODE, {
    options: {eval: 'process.stdout.write(process.argv[1])'},
    operands: [argument],
  });
  expect([stdout, exitCode]).toEqual([argument, 0]);
});

test('a child sees only the base environment and what it is given', async () => {
  process.env['CANARY_SECRET'] = 'leaked';
  const {stdout} = await run(
    NODE,
    {options: {eval: 'console.log(JSON.stringify(process.env))'}},
    {env: {GIVEN: 'yes'}},
  );
  expect(stdout).not.toContain('leaked');
  expect(JSON.parse(stdout)).toMatchObject({GIVEN: 'yes'});
});

test('stderr is kept to its tail and the exit code is told', async () => {
  const {stderr, exitCode} = await run(NODE, {
    options: {eval: 'for (let i = 0; i < 5000; i++) console.error("line " + i); process.exitCode = 3'},
  });
  expect(exitCode).toBe(3);
  expect(stderr.length).toBeLessThanOrEqual(16 * 1024);
  expect(stderr.endsWith('line 4999\n')).toBe(true);
});

test('lines arrive one by one', async () => {
  const lines: string[] = [];
  await run(NODE, {options: {eval: 'console.log("one"); console.log("two")'}}, {onLine: (line) => lines.push(line)});
  expect(lines).toEqual(['one', 'two']);
});

test('an abort ends the child and rejects with its reason', async () => {
  const controller = new AbortController();
  const running = run(NODE, {options: {eval: 'setInterval(() => {}, 1000)'}}, {signal: controller.signal});
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

test('a program that does not exist is a named failure', async () => {
  await expect(run('/nonexistent/program', {})).rejects.toMatchObject({code: 'TOOL_MISSING'});
});

test('a child killed by a signal tells it', async () => {
  const {signal, exitCode} = await run(NODE, {options: {eval: 'process.kill(process.pid, "SIGKILL")'}});
  expect([signal, exitCode]).toEqual(['SIGKILL', null]);
});
