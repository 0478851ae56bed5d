import {expect, test} from '@jest/globals';
import type {Job} from '@disaster-recovery/contract';
import {waitingFor} from './waiting_for.ts';

const WAITING = {
  person: {id: 'anna', username: 'anna', email: 'anna@corp.test'},
  until: 1,
  message: 'Waiting for @anna',
};

/** A switch back that waits for its first person, but for `changes`. */
const aJob = (changes: object = {}) =>
  ({
    kind: 'sso_switch_back',
    status: 'in_progress',
    steps: [
      {name: 'canary', outcome: 'done'},
      {name: 'await_login', outcome: 'running'},
    ],
    progress: {phase: 'await_login', waiting: WAITING},
    ...changes,
  }) as unknown as Job;

test('a switch back waits for the person that it names, while its step runs', () => {
  expect(waitingFor(aJob())).toEqual(WAITING);
});

test.each<[string, object | null]>([
  ['no job', null],
  ['a job of another kind', {kind: 'sso_switch'}],
  ['a job that has ended', {status: 'error'}],
  [
    'a step that is done, although the next one runs',
    {
      steps: [
        {name: 'await_login', outcome: 'done'},
        {name: 'switch_back', outcome: 'running'},
      ],
    },
  ],
  ['a job that is between two steps', {steps: [{name: 'await_login', outcome: 'done'}]}],
  ['a step that names nobody', {progress: {phase: 'await_login'}}],
  ['a job that has not said anything', {progress: null}],
])('nobody is waited for by %s', (_name, changes) => {
  expect(waitingFor(changes && aJob(changes))).toBeNull();
});
