import {expect, test} from '@jest/globals';
import {pino} from 'pino';
import type {SetSummary} from '@disaster-recovery/contract';
import {aJob, aManifest, aSet, listed, START, summary, surveyed} from '../testkit/answers.ts';
import {Failure} from '../kernel/failure.ts';
import type {Surveyed} from '../sets/index.ts';
import {verdictOf} from '../status/verdict.ts';
import {createMetrics} from './metrics.ts';

function metricsOf(list: () => Promise<SetSummary[]>, others: () => Surveyed[] = () => []) {
  const clock = {
    at: START,
    now: () => clock.at,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, 50);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(new Error('stopped'));
        });
      }),
  };
  const calls = {list: 0, show: 0};
  const {cross_check} = aManifest();
  const metrics = createMetrics({
    clock,
    rpoObjectiveMs: 86_400_000,
    notify: {
      known: () => [
        {code: 'BACKUP_LATE', about: null},
        {code: 'COPY_LATE', about: 'offsite'},
      ],
    },
    status: {
      judge: (sets) =>
        verdictOf({sets, inUse: 'main', jobs: [], protectedBy: {}, objectiveMs: 86_400_000, now: clock.now()}),
    },
    log: pino({level: 'silent'}),
    repositories: {
      ask: async () => {
        calls.list += 1;
        return [surveyed(await list().catch((error: unknown) => error as Failure)), ...others()];
      },
    },
    sets: {
      show: async () => {
        calls.show += 1;
        return aManifest({cross_check: {...cross_check, missing: 3}});
      },
    },
    jobs: {
      newest: () => [
        aJob({status: 'success', finished_at: START + 250_000}),
        aJob({status: 'error'}),
        aJob({status: 'error'}),
      ],
    },
  });
  return {metrics, clock, calls};
}

test('a healthy repository', async () => {
  const {metrics, clock, calls} = metricsOf(async () => [
    aSet({id: '20261124T113000Z-aaaaaa', t0: START - 1_800_000, cross_check: 'failed'}),
    aSet({id: '20261124T114500Z-bbbbbb', t0: START - 900_000, scope: ['config']}),
    summary,
  ]);
  const text = await metrics.text();
  expect(text.split('\n').filter((line) => line !== '' && !/^#|_alarm\{/.test(line))).toEqual([
    'disaster_recovery_repository_up 1',
    'disaster_recovery_sets 3',
    'disaster_recovery_verdict{kind="good"} 1',
    ...['too_old', 'partial', 'damaged', 'none', 'unknown'].map(
      (kind) => `disaster_recovery_verdict{kind="${kind}"} 0`,
    ),
    'disaster_recovery_repository_reachable{repository="main"} 1',
    'disaster_recovery_repository_sets{repository="main"} 3',
    'disaster_recovery_repository_locked{repository="main"} 0',
    `disaster_recovery_repository_last_good_set_timestamp_seconds{repository="main"} ${(START - 3_600_000) / 1000}`,
    'disaster_recovery_repository_last_good_set_age_seconds{repository="main"} 3600',
    `disaster_recovery_last_good_set_timestamp_seconds ${(START - 3_600_000) / 1000}`,
    'disaster_recovery_last_good_set_age_seconds 3600',
    'disaster_recovery_last_set_bytes 4000000000',
    'disaster_recovery_last_set_added_bytes 210000000',
    'disaster_recovery_missing_files 3',
    'disaster_recovery_last_backup_duration_seconds 250',
    'disaster_recovery_rpo_objective_seconds 86400',
    'disaster_recovery_jobs{kind="backup",status="success"} 1',
    'disaster_recovery_jobs{kind="backup",status="error"} 2',
  ]);
  clock.at += 29_000;
  expect(await metrics.text()).toContain('age_seconds 3629');
  expect(calls).toEqual({list: 1, show: 1});
  clock.at += 2000;
  await metrics.text();
  expect(calls).toEqual({list: 2, show: 1});
});

test('a repository that dies: the age goes on growing', async () => {
  let isUp = true;
  const {metrics, clock} = metricsOf(async () => {
    if (!isUp) {
      throw new Failure('REPOSITORY_UNREACHABLE', 'gone');
    }
    return [summary];
  });
  await metrics.text();
  isUp = false;
  clock.at += 3_600_000;
  const text = await metrics.text();
  expect(text).toContain('disaster_recovery_repository_up 0');
  expect(text).toContain('disaster_recovery_last_good_set_age_seconds 7200');
  expect(text).toContain('disaster_recovery_verdict{kind="unknown"} 1');
});

test('a repository that never answers does not hold up the scrape, and nothing is claimed about it', async () => {
  const {metrics} = metricsOf(() => new Promise(() => undefined));
  const text = await metrics.text();
  expect(text).toContain('disaster_recovery_repository_up 0');
  expect(text).not.toContain('last_good_set');
});

test('copies have series of their own: one that is away, or older, changes none of the names that are about the one in use', async () => {
  let isUp = true;
  const offsite = (): Surveyed =>
    surveyed(
      isUp ? [listed({...summary, t0: START - 7_200_000}, 'offsite')] : new Failure('REPOSITORY_UNREACHABLE', 'x'),
      {name: 'offsite', inUse: false, locked: isUp},
    );
  const {metrics, clock} = metricsOf(
    async () => [summary],
    () => [offsite()],
  );
  const first = await metrics.text();
  expect(first).toContain('disaster_recovery_repository_last_good_set_age_seconds{repository="offsite"} 7200');
  expect(first).toContain('disaster_recovery_repository_locked{repository="offsite"} 1');
  isUp = false;
  clock.at += 3_600_000;
  const text = await metrics.text();
  expect(text).toContain('disaster_recovery_repository_reachable{repository="offsite"} 0');
  expect(text).toContain('disaster_recovery_repository_last_good_set_age_seconds{repository="offsite"} 10800');
  expect(text).toContain('disaster_recovery_repository_up 1');
  expect(text).toContain('disaster_recovery_last_good_set_age_seconds 7200');
});

test('each alarm has a series, so that one that is not on is known to be off, and what is on says what it is about', async () => {
  const text = await metricsOf(async () => [summary]).metrics.text();
  expect(text).toContain('disaster_recovery_alarm{code="BACKUP_LATE",level="alarm",about=""} 1');
  expect(text).toContain('disaster_recovery_alarm{code="COPY_LATE",level="alarm",about="offsite"} 1');
  expect(text).toContain('disaster_recovery_alarm{code="COPY_FAILED",level="warning",about=""} 0');
});
