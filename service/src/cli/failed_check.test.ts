import {expect, test} from '@jest/globals';
import type {DoctorCheck} from '@disaster-recovery/contract';
import {failedCheck} from './failed_check.ts';

const ok: DoctorCheck = {name: 'repository', outcome: 'ok', message: 'opens', remedy: null};
const reportOf = (...checks: DoctorCheck[]) => ({healthy: false, checks: [ok, ...checks]});

test('the first check that failed decides the outcome, with its own code and remedy', () => {
  const files = {
    name: 'files',
    outcome: 'failed' as const,
    message: 'FILES_UNREADABLE: /data cannot be read.',
    remedy: 'Mount it.',
  };
  expect(failedCheck(reportOf(files, {...files, name: 'later'}))).toMatchObject({
    code: 'FILES_UNREADABLE',
    message: 'files: /data cannot be read.',
    remedy: 'Mount it.',
  });
});

test('a check without a code of its own is one of the configuration', () => {
  const key = {
    name: 'repository key',
    outcome: 'failed' as const,
    message: 'k can be read by others',
    remedy: 'chmod 600 k',
  };
  expect(failedCheck(reportOf(key))).toMatchObject({code: 'CONFIG_INVALID', remedy: 'chmod 600 k'});
});

test('a warning is no failure', () => {
  expect(failedCheck(reportOf({...ok, outcome: 'warning'}, {...ok, outcome: 'skipped'}))).toBeNull();
});
