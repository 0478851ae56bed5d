import {expect, test} from '@jest/globals';
import {exampleJob, NOW} from '../testing/examples.ts';
import {newerJob, percentOf} from './job_state.ts';

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

test('a percentage is never beyond its ends', () => {
  expect([-5, 450, 2000].map((done) => percentOf(at(done).progress!))).toEqual([0, 45, 100]);
  expect(percentOf({...at(1).progress!, total: 0})).toBeNull();
});
