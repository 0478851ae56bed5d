import {expect, test} from '@jest/globals';
import {Failure} from '../../../kernel/failure.ts';
import {databaseFailure, toolFailure} from './failures.ts';
import {readToolErrors} from './tools/tool_errors.ts';
import {requireTools} from './tools/tools.ts';

const AT = {location: 'db', role: 'mm'};
const coded = (code: string, message = 'it failed'): Error => Object.assign(new Error(message), {code});

test.each([
  ['28P01', 'DATABASE_REFUSED'],
  ['28000', 'DATABASE_REFUSED'],
  ['3D000', 'DATABASE_REFUSED'],
  ['42501', 'DATABASE_PRIVILEGE'],
  ['53100', 'DATABASE_FULL'],
  ['55006', 'MATTERMOST_IS_RUNNING'],
  ['57P01', 'DATABASE_LOST'],
  ['ECONNRESET', 'DATABASE_LOST'],
  ['57P03', 'DATABASE_UNREACHABLE'],
  ['53300', 'DATABASE_BUSY'],
  ['ECONNREFUSED', 'DATABASE_UNREACHABLE'],
  ['ENOTFOUND', 'DATABASE_UNREACHABLE'],
  ['ENOENT', 'DATABASE_UNREACHABLE'],
  ['ETIMEDOUT', 'DATABASE_UNREACHABLE'],
])("PostgreSQL's or the socket's %s is %s", (code, name) => {
  const cause = coded(code);
  expect(databaseFailure(cause, {location: 'postgres://mm@db/mattermost', role: 'mm'})).toMatchObject({
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
  expect(databaseFailure(new Error(message), AT)).toMatchObject({code});
});

test('an error without words still says something', () => {
  expect(databaseFailure(coded('ECONNREFUSED', ''), AT)).toMatchObject({message: 'db: ECONNREFUSED'});
});

test('what is not known passes unchanged: a wrong name would send people the wrong way', () => {
  const syntax = coded('42601', 'syntax error');
  const named = new Failure('DUMP_FAILED', 'x');
  expect([databaseFailure(syntax, AT), databaseFailure(named, AT), databaseFailure('text', AT)]).toEqual([
    syntax,
    named,
    'text',
  ]);
});

const failed = (stderr: string, tool: 'pg_dump' | 'pg_restore' = 'pg_dump', signal: string | null = null) => {
  const said = readToolErrors();
  stderr.split('\n').forEach((line) => said.line(line));
  const result = {exitCode: signal ? null : 1, signal, stderr: stderr.slice(-16_384)};
  return toolFailure({tool, result, said, role: 'mm'}, tool === 'pg_dump' ? 'DUMP_FAILED' : 'DATABASE_RESTORE_FAILED');
};

test.each([
  ['pg_dump: error: could not write to file: No space left on device', 'DISK_FULL'],
  [
    'pg_restore: error: could not execute query: ERROR:  could not extend file "base/5/1": No space left on device',
    'DATABASE_FULL',
  ],
  ['pg_dump: error: aborting because of server version mismatch', 'DATABASE_VERSION'],
  ['pg_restore: error: unsupported version (1.16) in file header', 'DATABASE_VERSION'],
  ['FATAL:  password authentication failed for user "mm"', 'DATABASE_REFUSED'],
  ['FATAL:  database "mm" does not exist', 'DATABASE_REFUSED'],
  ['FATAL:  too many connections for role "mm"', 'DATABASE_BUSY'],
  ['server closed the connection unexpectedly', 'DATABASE_LOST'],
  ['FATAL:  terminating connection due to administrator command', 'DATABASE_LOST'],
  ['pg_dump: error: connection to server at "db", port 5432 failed: Connection refused', 'DATABASE_UNREACHABLE'],
  ['FATAL:  the database system is shutting down', 'DATABASE_UNREACHABLE'],
  [
    'pg_dump: error: query failed: ERROR:  query would be affected by row-level security policy for table "audits"',
    'DATABASE_ROW_SECURITY',
  ],
  ['ERROR:  extension "zhparser" is not available', 'DATABASE_EXTENSION'],
  ['ERROR:  permission denied for table posts', 'DATABASE_PRIVILEGE'],
  ['ERROR:  must be owner of extension pg_trgm', 'DATABASE_PRIVILEGE'],
  ['pg_dump: error: something new', 'DUMP_FAILED'],
])('"%s" is %s', (stderr, code) => {
  expect(failed(stderr).code).toBe(code);
});

test('a tool that was killed or said nothing is told so', () => {
  expect(failed('', 'pg_dump', 'SIGKILL').message).toBe('pg_dump was killed by SIGKILL: it said nothing');
});

test("the error and its object are told, not the statement's last lines, however long the statement is", () => {
  const {code, message} = failed(
    `pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 215; 1247 16390 TYPE link_kind mmuser
pg_restore: error: could not execute query: ERROR:  permission denied for schema public
LINE 1: CREATE TYPE public.link_kind AS ENUM (
Command was: CREATE TYPE public.link_kind AS ENUM (
${"    'ERROR:  permission denied for table decoy',\n".repeat(1000)}    'link', 'file'
);
pg_restore: error: a worker process died unexpectedly`,
    'pg_restore',
  );
  expect([code, message]).toEqual([
    'DATABASE_PRIVILEGE',
    'pg_restore ended with exit code 1 at TYPE link_kind: permission denied for schema public. As superuser: GRANT USAGE, CREATE ON SCHEMA public TO "mm";',
  ]);
});

test.each([
  ['permission denied for table posts', 'GRANT SELECT ON TABLE posts TO "mm";'],
  ['permission denied for table Strange Name', 'GRANT SELECT ON TABLE "Strange Name" TO "mm";'],
  ['permission denied for sequence ids', 'GRANT SELECT ON SEQUENCE ids TO "mm";'],
  ['permission denied for schema plugins', 'GRANT USAGE ON SCHEMA plugins TO "mm";'],
  ['permission denied for function f', 'GRANT EXECUTE ON FUNCTION f TO "mm";'],
  ['permission denied to create database', 'ALTER ROLE "mm" CREATEDB;'],
  ['must be owner of database mattermost', 'ALTER ROLE "mm" CREATEDB;'],
  ['must be owner of table posts', 'ALTER TABLE posts OWNER TO "mm";'],
])('a right that is missing is told with its SQL: %s', (words, sql) => {
  expect(databaseFailure(coded('42501', words), {...AT, need: 'read'})).toMatchObject({
    code: 'DATABASE_PRIVILEGE',
    message: `db: ${words}. As superuser: ${sql}`,
  });
});

test('of a flood of errors the first are told, bounded', () => {
  const {message} = failed(
    Array.from({length: 500}, (_, line) => `ERROR:  line ${line} ${'x'.repeat(900)}`).join('\n'),
    'pg_restore',
  );
  expect(message.length).toBeLessThan(1400);
  expect(message).toContain('line 0');
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
