// The whole test command: each stage in turn, all results counted, one plain line at the end.
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {execa} from 'execa';

type Count = {passed: number; failed: number; skipped: number};

/** A test file as jest reports it; times in ms since 1970. */
type TestFile = {name: string; startTime: number; endTime: number};

const SLOWEST_SHOWN = 10;
const files: TestFile[] = [];
const root = join(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'dr-test-'));
const total: Count = {passed: 0, failed: 0, skipped: 0};

/** A stage that passes or fails as one. */
async function stage(target: string): Promise<void> {
  const {exitCode} = await execa('make', ['--no-print-directory', target], {
    cwd: root,
    stdio: 'inherit',
    reject: false,
  });
  add({passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0});
}

async function jest(...projects: string[]): Promise<void> {
  const outputFile = join(scratch, `${projects.join('-')}.json`);
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    ...projects,
    '--json',
    `--outputFile=${outputFile}`,
    // Each system test has servers of its own on free ports; two at once fill two cores.
    '--maxWorkers=2',
  ];
  const {exitCode} = await execa('node', args, {cwd: root, stdout: 'ignore', stderr: 'inherit', reject: false});
  const result = JSON.parse(await readFile(outputFile, 'utf8').catch(() => '{}')) as {
    numPassedTests?: number;
    numFailedTests?: number;
    numPendingTests?: number;
    numFailedTestSuites?: number;
    testResults?: TestFile[];
  };
  files.push(...(result.testResults ?? []));
  const failed = result.numFailedTests ?? 0;
  // A suite that does not load has no failed test, and still it failed.
  add({
    passed: result.numPassedTests ?? 0,
    failed: exitCode !== 0 && failed === 0 ? Math.max(1, result.numFailedTestSuites ?? 1) : failed,
    skipped: result.numPendingTests ?? 0,
  });
}

async function goTest(): Promise<void> {
  const {stdout, exitCode} = await execa('go', ['test', '-json', './...'], {
    cwd: join(root, 'server-bridge'),
    stderr: 'inherit',
    reject: false,
  });
  const count = {passed: 0, failed: 0, skipped: 0};
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const event = JSON.parse(line) as {Action: string; Test?: string; Output?: string};
    if (event.Action === 'output' && event.Output?.includes('FAIL')) {
      process.stderr.write(event.Output);
    }
    if (event.Test !== undefined) {
      count.passed += Number(event.Action === 'pass');
      count.failed += Number(event.Action === 'fail');
      count.skipped += Number(event.Action === 'skip');
    }
  }
  console.log(`bridge: ${count.passed} passed, ${count.failed} failed`);
  add(exitCode !== 0 && count.failed === 0 ? {...count, failed: 1} : count);
}

function reportSlowest(): void {
  console.log('The slowest test files:');
  const seconds = ({startTime, endTime}: TestFile) => (endTime - startTime) / 1000;
  for (const file of files.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, SLOWEST_SHOWN)) {
    console.log(`${seconds(file).toFixed(1).padStart(7)} s  ${relative(root, file.name)}`);
  }
}

function add(count: Count): void {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}

await stage('lint');
await stage('types');
await jest('contract', 'service', 'webapp');
await goTest();
await jest('system');
await rm(scratch, {recursive: true, force: true});
reportSlowest();
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
