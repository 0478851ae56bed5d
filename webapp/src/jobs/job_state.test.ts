import {expect, test} from '@jest/globals';
import {exampleJob, NOW} from '../testing/examples.ts';
import {headOf, newerJob, percentOf} from './job_state.ts';

const at = (done: number) => exampleJob({progress: {...exampleJob().progress!, done}});
const ended = exampleJob({status: 'success', progress: null, finished_at: NOW, result: {format: 1}});

test('a late answer does not turn the bar back', () => {
  expect(newerJob(at(600), at(400))).toEqual(at(600));
  expect(newerJob(at(400), at(600))).toEqual(at(600));
});

test('what has ended does not run again', () => {
  expect(newerJob(ended, at(999))).toBe(ended);
});

test('an event without the result does not take away the one that is known', () => {
  expect(newerJob(ended, {...ended, result: null})).toBe(ended);
  expect(newerJob({...ended, result: null}, ended)).toBe(ended);
});

test('another job that runs is more interesting than one that has ended', () => {
  const next = exampleJob({id: 'job-2'});
  expect(newerJob(ended, next)).toBe(next);
  expect(newerJob(next, ended)).toBe(next);
});

test('a percentage is never beyond its ends, and a step that goes on is never at 100 %', () => {
  expect([-5, 450, 999, 1000, 2000].map((done) => percentOf(at(done).progress!))).toEqual([0, 45, 99, null, null]);
  expect(percentOf({...at(1).progress!, total: 0})).toBeNull();
});

test('between two steps the next one is the head', () => {
  const job = exampleJob({
    steps: [
      {name: 'preflight', outcome: 'done', started_at: NOW, ms: 1},
      {name: 'seal', outcome: 'waiting', started_at: null, ms: null},
    ],
  });
  expect(headOf(job)).toEqual({name: 'seal', step: 2, steps: 2, since: null, progress: null});
});

test('a step farther is farther, whatever the numbers of the one before said', () => {
  const step = (running: 'a' | 'b') =>
    exampleJob({
      steps: [
        {name: 'a', outcome: running === 'a' ? 'running' : 'done', started_at: NOW, ms: null},
        {name: 'b', outcome: running === 'b' ? 'running' : 'waiting', started_at: NOW, ms: null},
      ],
    });
  expect(newerJob(step('b'), step('a'))).toEqual(step('b'));
});
