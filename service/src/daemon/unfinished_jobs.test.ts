import {expect, test} from '@jest/globals';
import type {Job} from '@disaster-recovery/contract';
import {createLog} from '../kernel/log.ts';
import {continueInterrupted} from './unfinished_jobs.ts';

const job = (id: string, kind: Job['kind'], by: Job['actor']['kind']): Job =>
  ({id, kind, actor: {kind: by, id: '1', name: 'somebody'}}) as Job;

test('interrupted backups go on as who asked for them, also after one that cannot; other jobs wait for people', async () => {
  const started: unknown[] = [];
  const backup = {
    start: async (request: unknown, by: unknown) => {
      started.push([request, by]);
      throw new Error('the database is away');
    },
  };
  const interrupted = [
    {job: job('a', 'backup', 'mattermost'), request: {kind: 'backup', reason: 'before 11.2'}},
    {job: job('b', 'sso_switch', 'mattermost'), request: {}},
    {job: job('c', 'restore', 'cli'), request: {}},
    {job: job('d', 'backup', 'cli'), request: {kind: 'restore_point', reason: 'before a restore'}},
  ];
  await continueInterrupted({jobs: {interrupted: () => interrupted} as never, backup, log: createLog('silent')});
  expect(started).toEqual([
    [{reason: 'before 11.2'}, {actor: job('a', 'backup', 'mattermost').actor, kind: 'backup'}],
    [{reason: 'before a restore'}, {actor: job('d', 'backup', 'cli').actor, kind: 'restore_point'}],
  ]);
});
