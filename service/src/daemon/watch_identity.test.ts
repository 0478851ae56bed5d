import {expect, test} from '@jest/globals';
import {pino} from 'pino';
import {Failure} from '../kernel/failure.ts';
import type {Enrollment} from '../enrollment/enrollment.ts';
import type {ServerIdentity} from '../enrollment/origin.ts';
import {watchIdentity} from './watch_identity.ts';

test('the bridge is asked while one is enrolled, and one that does not answer changes nothing', async () => {
  const stop = new AbortController();
  const noted: ServerIdentity[] = [];
  const answers = ['unenrolled', 'down', 'clone'];
  let turn = 0;
  const enrollment = {
    state: () => ({state: answers[turn] === 'unenrolled' ? 'none' : 'enrolled'}),
    noteIdentity: (seen: ServerIdentity) => {
      noted.push(seen);
    },
  } as unknown as Enrollment;
  const ping = async () => {
    if (answers[turn] === 'down') {
      throw new Failure('MATTERMOST_UNREACHABLE', 'down');
    }
    return {
      site_url: 'https://clone.example.org',
      diagnostic_id: 'd',
      server_version: '11.1.0',
      plugin_version: '0.1.0',
    };
  };
  const sleep = async () => {
    turn += 1;
    if (turn === answers.length) {
      stop.abort();
    }
  };
  const beat = {clock: {now: () => 0, sleep}, log: pino({level: 'silent'}), signal: stop.signal};
  await watchIdentity(beat, enrollment, {ping});
  expect(noted).toMatchObject([{site_url: 'https://clone.example.org'}]);
});
