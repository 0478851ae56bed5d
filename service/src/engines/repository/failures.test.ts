import {expect, test} from '@jest/globals';
import {resticFailure} from './failures.ts';
import {parseMessage} from './messages.ts';

const end = (exitCode: number | null, stderr = '', says: string | null = null, signal: string | null = null) => ({
  exitCode,
  signal,
  stderr,
  says,
});

test.each([
  [end(10, '', 'Fatal: repository does not exist'), 'REPOSITORY_NOT_FOUND'],
  [end(11, '', 'x'), 'REPOSITORY_LOCKED'],
  [end(12, '', 'x'), 'REPOSITORY_KEY_WRONG'],
  [end(1, 'Fatal: unable to save snapshot: write /srv/r/tmp: no space left on device'), 'DISK_FULL'],
  [end(1, 'Fatal: disk quota exceeded'), 'DISK_FULL'],
  [end(1, 'Fatal: ciphertext verification failed'), 'REPOSITORY_DAMAGED'],
  [end(1, '', 'Fatal: repository contains errors'), 'REPOSITORY_DAMAGED'],
  [end(1, 'Load(<data/1>) returned error: invalid data returned'), 'REPOSITORY_DAMAGED'],
  [
    end(1, 'path tmp: ReadFull(<data/6473ea2e63>): open r/data/64/6473: no such file or directory'),
    'REPOSITORY_DAMAGED',
  ],
  [end(1, 'Load(<data/6473ea2e63>, 248, 1332) failed: file is too short'), 'REPOSITORY_DAMAGED'],
  [end(1, 'Load(<data/6473ea2e63>, 248, 0) failed: The specified key does not exist.'), 'REPOSITORY_DAMAGED'],
  [end(1, `path tmp: id ${'a'.repeat(64)} not found in repository`), 'REPOSITORY_DAMAGED'],
  [end(1, 'Load(<data/6473ea2e63>, 248, 0) failed: connect: no route to host'), 'REPOSITORY_UNREACHABLE'],
  [end(1, 'Fatal: wrong password or no key found'), 'REPOSITORY_KEY_WRONG'],
  [end(1, 'unable to create lock in backend: repository is already locked exclusively'), 'REPOSITORY_LOCKED'],
  [end(1, 'Is there a repository at the following location?\n/srv/r'), 'REPOSITORY_NOT_FOUND'],
  [end(1, 'Fatal: dial tcp 10.0.0.1:443: connect: connection refused'), 'REPOSITORY_UNREACHABLE'],
  [end(null, '', null, 'SIGKILL'), 'REPOSITORY_UNREACHABLE'],
])('%j is %s', (how, code) => {
  expect(resticFailure('backup', how).code).toBe(code);
});

const UNREACHABLE = 'The repository could not be reached or written';

test.each([
  [end(1, 'first\nFatal: the end'), `${UNREACHABLE}: the end`, 'restic backup: the end'],
  [end(1, 'words\n{"message_type":"error"}'), `${UNREACHABLE}: words`, 'restic backup: words'],
  [end(1, 'words', 'Fatal: its own message'), `${UNREACHABLE}: its own message`, 'restic backup: its own message'],
  [end(null, '', null, 'SIGKILL'), `${UNREACHABLE}: killed by SIGKILL`, 'restic backup: killed by SIGKILL'],
  [end(7), `${UNREACHABLE}: exit code 7`, 'restic backup: exit code 7'],
  [
    end(11, 'locked by PID 7'),
    'Another program holds the lock of the repository: locked by PID 7',
    'restic backup: locked by PID 7',
  ],
  [
    end(12, 'Fatal: wrong password'),
    'The key does not open the repository: wrong password',
    'restic backup: wrong password',
  ],
])('the message of %j says what it means here, then the reason', (how, message, said) => {
  expect(resticFailure('backup', how)).toMatchObject({message, details: {said}});
});

test('a place that is not mounted leads with that, and what restic said is kept aside', () => {
  expect(resticFailure('snapshots', end(10, '', 'Fatal: repository does not exist: stat /srv/r'))).toMatchObject({
    message: 'The place of the repository is empty or not mounted.',
    details: {said: 'restic snapshots: repository does not exist: stat /srv/r'},
  });
});

test('a flood of words is cut', () => {
  expect(resticFailure('backup', end(1, 'x'.repeat(50_000))).message.length).toBeLessThan(700);
});

test.each([
  [
    '{"message_type":"status","bytes_done":5,"total_bytes":10,"percent_done":0.5}',
    {message_type: 'status', bytes_done: 5, total_bytes: 10},
  ],
  [
    '{"message_type":"summary","snapshot_id":"abc","total_files_processed":3}',
    {message_type: 'summary', snapshot_id: 'abc', total_files_processed: 3},
  ],
  [
    '{"message_type":"error","error":{"message":"permission denied"},"during":"archival","item":"/x"}',
    {message_type: 'error', error: {message: 'permission denied'}, during: 'archival', item: '/x'},
  ],
  [
    '{"message_type":"exit_error","code":12,"message":"wrong password"}',
    {message_type: 'exit_error', code: 12, message: 'wrong password'},
  ],
  [
    '{"message_type":"summary","broken_packs":null,"num_errors":0}',
    {message_type: 'summary', broken_packs: null, num_errors: 0},
  ],
  ['{"message_type":"verbose_status"}', null],
  ['{"message_type":"status","bytes_do', null],
  ['{"message_type":"exit_error"}', null],
  ['Fatal: words', null],
  ['', null],
  ['[]', null],
])('the line %s is read as %j', (line, message) => {
  expect(parseMessage(line)).toEqual(message);
});
