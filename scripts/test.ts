// The whole test command: what can be told without a server first, then the system tests; all results counted, one plain line at the end.
import {mkdtemp, rm} from 'node:fs/promises';
import {availableParallelism, tmpdir} from 'node:os';
import {join} from 'node:path';
import {childSeconds, runGoTests, runJest, runTarget, type Count, type Outcome, type TestFile} from './test_stages.ts';
import {readSeconds, secondsFile, writeSeconds} from './test_seconds.ts';

const SLOWEST_SHOWN = 10;
/** Where more files failed than a busy machine explains, nothing is tried again. */
const SECOND_TRIES = 3;
const scratch = await mkdtemp(join(tmpdir(), 'dr-test-'));
const total: Count = {passed: 0, failed: 0, skipped: 0};
const files: TestFile[] = [];
const seconds = await secondsFile();
/** Of the sample that this run takes of the long tests; with it the same sample is taken again. */
const seed = process.env['SEED'] || String(Math.floor(Math.random() * 1e6));

/** Each stage that waits goes to the first of two lanes that is free: two cores are busy, and a stage has one to itself. */
async function inTwoLanes(stages: readonly (() => Promise<Outcome>)[]): Promise<void> {
  const waiting = stages.values();
  const lane = async () => {
    for (const run of waiting) {
      take(await run());
    }
  };
  await Promise.all([lane(), lane()]);
}

function take(outcome: Outcome): void {
  const {name, count, took, output} = outcome;
  if (count.failed > 0) {
    process.stderr.write(`${output}\n`);
  }
  process.stderr.write(`${name}: ${inWords(count)}, ${took.toFixed(0)} s\n`);
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  files.push(...outcome.files);
}

/**
 * The system tests, and a sample of the long ones. A file that failed is run once more by itself, after all others: what
 * passes then failed because the machine was busy. It counts by its second result, and is named.
 */
async function systemTests(): Promise<TestFile[]> {
  const environment = {TEST_SECONDS: seconds, SOAK_SEED: seed, SOAK_SAMPLE: process.env['SAMPLE'] || '1'};
  const projects = ['system', 'soak'];
  // Each has servers of its own on free ports. It waits for them a third of its time: one more than there are cores fills these.
  const workers = availableParallelism() + 1;
  const first = await runJest({name: 'system', projects, workers, environment, scratch});
  const failed = first.files.filter(({status}) => status === 'failed');
  const again = failed.length > SECOND_TRIES ? [] : failed;
  take({...first, count: withoutFiles(first.count, again), output: ''});
  for (const {path} of again) {
    take(await runJest({name: path, projects, only: path, workers: 1, environment, scratch}));
  }
  // The newer of two results of a file.
  return again.filter(({path}) => files.findLast((file) => file.path === path)?.status !== 'failed');
}

/** A file that does not even load has no failed test, and still it counts as one that failed. */
function withoutFiles(count: Count, left: readonly TestFile[]): Count {
  const sum = (of: keyof Count) => left.reduce((all, file) => all + file.count[of], 0);
  return {
    passed: count.passed - sum('passed'),
    failed: Math.max(0, count.failed - sum('failed')),
    skipped: count.skipped - sum('skipped'),
  };
}

function reportSlowest(): void {
  console.log('The slowest test files:');
  for (const {path, took} of files.toSorted((a, b) => b.took - a.took).slice(0, SLOWEST_SHOWN)) {
    console.log(`${took.toFixed(1).padStart(7)} s  ${path}`);
  }
}

function inWords({passed, failed, skipped}: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

const begun = performance.now();
await inTwoLanes([
  () => runTarget('lint'),
  // Two workers: it outlasts the lane beside it by far, and would leave one core without work.
  () => runJest({name: 'unit', projects: ['contract', 'service', 'webapp'], workers: 2, environment: {}, scratch}),
  () => runTarget('types'),
  () => runGoTests(),
]);
const checked = {at: performance.now(), cpu: childSeconds()};
const secondTry = await systemTests();
const ended = {at: performance.now(), cpu: childSeconds()};
await rm(scratch, {recursive: true, force: true});
await writeSeconds(seconds, {
  ...(await readSeconds(seconds)),
  ...Object.fromEntries(files.map(({path, took}) => [path, took])),
});

reportSlowest();
const span = (from: number, to: number, cpu: number) =>
  `${((to - from) / 1000).toFixed(0)} s, ${cpu.toFixed(0)} s of processor time`;
console.log(`Lint, types, unit and Go: ${span(begun, checked.at, checked.cpu)}.`);
console.log(
  `System: ${span(checked.at, ended.at, ended.cpu - checked.cpu)}. The sample of the long tests: SEED=${seed}.`,
);
if (secondTry.length > 0) {
  console.log('Passed only at the second try:');
  for (const {path, message} of secondTry) {
    console.log(`  ${path}\n${message.replaceAll(/^/gm, '    ')}`);
  }
}
console.log(inWords(total));
process.exitCode = total.failed > 0 ? 1 : 0;
