import {expect, test} from '@jest/globals';
import {VERBS, type Verb, type VerbName, type Way} from '@disaster-recovery/contract';
import {readRequest, type Typed} from './read_request.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const SET = '20261124T120301Z-k3v9qa';

const read = (name: VerbName, typed: Typed, way: Way = 'cli'): unknown =>
  readRequest(VERBS[name] as Verb, typed, {way, now: NOW});

test.each<[VerbName, Typed, unknown]>([
  ['backup', {options: {}}, {}],
  ['backup', {options: {scope: 'Database, files', reason: 'x, y'}}, {scope: ['database', 'files'], reason: 'x, y'}],
  ['verify', {subject: 'latest', options: {}}, {set: 'latest', level: 'L1'}],
  ['verify', {subject: SET, options: {level: 'l3'}}, {set: SET, level: 'L3'}],
  [
    'restore',
    {subject: 'latest', options: {'into-files': '/f', 'into-database': 'postgres://h/d', 'dry-run': true}},
    {set: 'latest', into: {files: '/f', database: 'postgres://h/d'}},
  ],
  ['sso declare', {options: {reason: 'down', 'no-tell': true}}, {reason: 'down', tell: false}],
  ['sso extend-sessions', {options: {}}, {hours: 72}],
  [
    'sso switch',
    {options: {user: ['@anna', 'ben,carl'], file: ['ben', 'dora'], 'deny-file': ['ex']}},
    {users: ['anna', 'ben', 'carl', 'dora'], deny: ['ex'], dormant_days: 90},
  ],
  [
    'sso switch',
    {options: {'sessions-ending-before': '8h'}},
    {sessions_ending_before: NOW + 28_800_000, dormant_days: 90},
  ],
  ['list', {options: {}}, {good: false}],
  ['jobs', {options: {}}, undefined],
])('%s with %j asks for %j', (name, typed, request) => {
  expect(read(name, typed)).toEqual(request);
});

test.each<[VerbName, Typed, Way, string]>([
  ['verify', {subject: 'yesterday', options: {}}, 'cli', 'or latest. `drctl list` shows them.'],
  ['verify', {subject: 'yesterday', options: {}}, 'chat', 'or latest. `/dr list` shows them.'],
  ['verify', {subject: 'latest', options: {level: 'L9'}}, 'cli', '--level takes L0, L1, L2 or L3.'],
  ['backup', {options: {scope: ' , '}}, 'cli', '--scope takes database, config and files'],
  ['sso extend-sessions', {options: {hours: 'many'}}, 'cli', '--hours takes 1 to 720.'],
  ['sso switch', {options: {}}, 'cli', 'exactly one of --user, --file, --team, --group, --sessions-ending-before and'],
  ['sso switch', {options: {team: 'core', everyone: true}}, 'chat', 'Say exactly one of --user, --team,'],
  ['sso switch', {options: {'sessions-ending-before': '1'}}, 'cli', 'is not a time'],
])('%s with %j is refused on %s: %s', (name, typed, way, says) => {
  expect(() => read(name, typed, way)).toThrow(
    expect.objectContaining({code: 'USAGE_INVALID', message: expect.stringContaining(says)}),
  );
});
