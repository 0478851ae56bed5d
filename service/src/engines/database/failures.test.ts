import {expect, test} from '@jest/globals';
import {Failure} from '../../kernel/failure.ts';
import {databaseFailure, toolFailure} from './failures.ts';
import {requireTools} from './tools.ts';

const coded = (code: string, message = 'it failed'): Error => Object.assign(new Error(message), {code});

test.each([
  ['28P01', 'DATABASE_REFUSED'],
  ['28000', 'DATABASE_REFUSED'],
  ['3D000', 'DATABASE_REFUSED'],
  ['42501', 'DATABASE_PRIVILEGE'],
  ['53100', 'DISK_FULL'],
  ['55006', 'MATTERMOST_IS_RUNNING'],
  ['57P01', 'DATABASE_LOST'],
  ['ECONNRESET', 'DATABASE_LOST'],
  ['57P03', 'DATABASE_UNREACHABLE'],
  ['53300', 'DATABASE_UNREACHABLE'],
  ['ECONNREFUSED', 'DATABASE_UNREACHABLE'],
  ['ENOTFOUND', 'DATABASE_UNREACHABLE'],
  ['ENOENT', 'DATABASE_UNREACHABLE'],
  ['ETIMEDOUT', 'DATABASE_UNREACHABLE'],
])("PostgreSQL's or the socket's %s is %s", (code, name) => {
  const cause = coded(code);
  expect(databaseFailure(cause, 'postgres://mm@db/mattermost')).toMatchObject({
    code: name,
    message: 'postgres://mm@db/mattermost: it failed',
    cause,
  });
});

test.each([
  ['Connection terminated unexpectedly', 'DATABASE_LOST'],
  ['Client has encountered a connection error and is not queryable', 'DATABASE_LOST'],
  ['timeout expired', 'DATABASE_UNREACHABLE'],
])('the driver\'s words "%s" are %s', (message, code) => {
  expect(databaseFailure(new Error(message), 'db')).toMatchObject({code});
});

test('an error without words still says something', () => {
  expect(databaseFailure(coded('ECONNREFUSED', ''), 'db')).toMatchObject({message: 'db: ECONNREFUSED'});
});

test('what is not known passes unchanged: a wrong name would send people the wrong way', () => {
  const syntax = coded('42601', 'syntax error');
  const named = new Failure('DUMP_FAILED', 'x');
  expect([databaseFailure(syntax, 'db'), databaseFailure(named, 'db'), databaseFailure('text', 'db')]).toEqual([
    syntax,
    named,
    'text',
  ]);
});

const ended = (stderr: string, exitCode: number | null = 1, signal: string | null = null) => ({
  exitCode,
  signal,
  stderr,
});

test.each([
  ['pg_dump: error: could not write to file: No space left on device', 'DISK_FULL'],
  ['pg_dump: error: aborting because of server version mismatch', 'DATABASE_VERSION'],
  ['pg_restore: error: unsupported version (1.16) in file header', 'DATABASE_VERSION'],
  ['FATAL:  password authentication failed for user "mm"', 'DATABASE_REFUSED'],
  ['FATAL:  database "mm" does not exist', 'DATABASE_REFUSED'],
  ['server closed the connection unexpectedly', 'DATABASE_LOST'],
  ['FATAL:  terminating connection due to administrator command', 'DATABASE_LOST'],
  ['connection to server at "db", port 5432 failed: Connection refused', 'DATABASE_UNREACHABLE'],
  ['FATAL:  the database system is shutting down', 'DATABASE_UNREACHABLE'],
  ['ERROR:  permission denied for table posts', 'DATABASE_PRIVILEGE'],
  ['ERROR:  must be owner of extension pg_trgm', 'DATABASE_PRIVILEGE'],
  ['pg_dump: error: something new', 'DUMP_FAILED'],
])('the tool\'s last words "%s" are %s', (stderr, code) => {
  expect(toolFailure('pg_dump', ended(stderr), 'DUMP_FAILED')).toMatchObject({
    code,
    message: `pg_dump ended with exit code 1: ${stderr}`,
  });
});

test('a tool that was killed or said nothing is told so', () => {
  expect(toolFailure('pg_dump', ended('', null, 'SIGKILL'), 'DUMP_FAILED').message).toBe(
    'pg_dump was killed by SIGKILL: it said nothing',
  );
  expect(toolFailure('pg_dump', ended('', null), 'DUMP_FAILED').message).toContain('exit code unknown');
});

test('of a flood of errors the last lines are told, bounded', () => {
  const {message} = toolFailure(
    'pg_restore',
    ended(Array.from({length: 500}, (_, line) => `line ${line} ${'x'.repeat(400)}`).join('\n')),
    'DATABASE_RESTORE_FAILED',
  );
  expect(message.length).toBeLessThan(700);
  expect(message).toContain('line 499');
});

test('programs older than the server are refused before they start; newer ones do', () => {
  const tools = {dump: '/usr/bin/pg_dump', restore: '', version: '15.8', major: 15};
  expect(() => {
    requireTools(tools, 160_004);
  }).toThrow(
    expect.objectContaining({code: 'DATABASE_VERSION', message: expect.stringContaining('postgresql-client-16')}),
  );
  expect(() => {
    requireTools(tools, 150_018);
    requireTools(tools, 130_002);
  }).not.toThrow();
});
