import {readFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {execa} from 'execa';

export type Count = {readonly passed: number; readonly failed: number; readonly skipped: number};
type Tally = {-readonly [Name in keyof Count]: Count[Name]};

/** `path` in the repository; `took` in seconds; `message`: how its tests failed. */
export type TestFile = {path: string; took: number; status: string; message: string; count: Count};

/** `output` is what it said, to be shown when something failed; empty where it was shown as it came. `took` in seconds. */
export type Outcome = {name: string; count: Count; took: number; output: string; files: readonly TestFile[]};

const root = join(import.meta.dirname, '..');
const TICKS_PER_SECOND = 100;

/** Processor time of all that this process started and that has ended, with their children. */
export function childSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // Fields 16 and 17 of the line; the second is the name, in parentheses, and may hold spaces.
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number);
  return (user + system) / TICKS_PER_SECOND;
}

/** A target that passes or fails as one. */
export async function runTarget(target: string): Promise<Outcome> {
  const {exitCode, all, durationMs} = await execa('make', ['--no-print-directory', target], {
    cwd: root,
    all: true,
    reject: false,
  });
  const count = {passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0};
  return {name: target, count, took: durationMs / 1000, output: all, files: []};
}

type JestResult = {
  numPassedTests?: number;
  numFailedTests?: number;
  numPendingTests?: number;
  numFailedTestSuites?: number;
  testResults?: {
    name: string;
    status: string;
    message: string;
    startTime: number;
    endTime: number;
    assertionResults: {status: string}[];
  }[];
};

export async function runJest(run: {
  readonly name: string;
  readonly projects: readonly string[];
  /** A file, by its path in the repository. Default: all. */
  readonly only?: string;
  readonly workers: number;
  readonly environment: Readonly<Record<string, string>>;
  /** A directory for its report. */
  readonly scratch: string;
}): Promise<Outcome> {
  const outputFile = join(run.scratch, `${run.name.replaceAll('/', '-')}.json`);
  const {exitCode, durationMs} = await execa(
    'node',
    [
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      ...run.projects,
      '--json',
      `--outputFile=${outputFile}`,
      `--maxWorkers=${run.workers}`,
      // A single worker too is a process of its own: jest gives no memory back that its files took.
      '--workerIdleMemoryLimit=1GB',
      ...(run.only === undefined ? [] : ['--runTestsByPath', join(root, run.only)]),
    ],
    {cwd: root, env: run.environment, stdout: 'ignore', stderr: 'inherit', reject: false},
  );
  const result = JSON.parse(await readFile(outputFile, 'utf8').catch(() => '{}')) as JestResult;
  const failed = result.numFailedTests ?? 0;
  return {
    name: run.name,
    // A suite that does not load has no failed test, and still it failed.
    count: {
      passed: result.numPassedTests ?? 0,
      failed: exitCode !== 0 && failed === 0 ? Math.max(1, result.numFailedTestSuites ?? 1) : failed,
      skipped: result.numPendingTests ?? 0,
    },
    took: durationMs / 1000,
    output: '',
    files: (result.testResults ?? []).map((file) => ({
      path: relative(root, file.name),
      took: (file.endTime - file.startTime) / 1000,
      status: file.status,
      message: file.message,
      count: countOf(file),
    })),
  };
}

function countOf({status, assertionResults}: NonNullable<JestResult['testResults']>[number]): Count {
  const number = (...wanted: string[]) => assertionResults.filter((test) => wanted.includes(test.status)).length;
  const failed = number('failed');
  return {
    passed: number('passed'),
    failed: status === 'failed' ? Math.max(1, failed) : failed,
    skipped: number('pending', 'todo', 'skipped'),
  };
}

export async function runGoTests(): Promise<Outcome> {
  const {stdout, stderr, exitCode, durationMs} = await execa('go', ['test', '-json', './...'], {
    cwd: join(root, 'server-bridge'),
    reject: false,
  });
  const count: Tally = {passed: 0, failed: 0, skipped: 0};
  const said: string[] = [];
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const event = JSON.parse(line) as {Action: string; Test?: string; Output?: string};
    if (event.Action === 'output') {
      said.push(event.Output ?? '');
    }
    if (event.Test !== undefined) {
      count.passed += Number(event.Action === 'pass');
      count.failed += Number(event.Action === 'fail');
      count.skipped += Number(event.Action === 'skip');
    }
  }
  count.failed = exitCode !== 0 && count.failed === 0 ? 1 : count.failed;
  return {name: 'bridge', count, took: durationMs / 1000, output: `${said.join('')}${stderr}`, files: []};
}
