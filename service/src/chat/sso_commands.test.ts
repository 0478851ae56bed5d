import {describe, expect, test} from '@jest/globals';
import {optionsOf, verbsOf} from '@disaster-recovery/contract';
import type {Failure} from '../kernel/failure.ts';
import {parseCommand} from './commands.ts';
import {START} from '../testkit/answers.ts';

const HOUR = 3_600_000;
const many = {dormant_days: 90};
const back = {without_provider_check: false, resume_sync: false};

function refusal(text: string): Failure | null {
  try {
    parseCommand(text, START);
    return null;
  } catch (error) {
    return error as Failure;
  }
}

describe('what is typed after /dr sso', () => {
  test.each<[string, unknown]>([
    ['', {verb: 'help'}],
    ['help', {verb: 'help'}],
    ['STATUS', {verb: 'status'}],
    ['forecast', {verb: 'forecast'}],
    ['readiness', {verb: 'readiness'}],
    ['snapshot', {verb: 'snapshot'}],
    ['return-list', {verb: 'return-list'}],
    ['close', {verb: 'close'}],
    ['claim-sheet --identified-by “badge” --out x.html', {verb: 'claim-sheet'}],
    ['declare --reason “Keycloak is down”', {verb: 'declare', request: {reason: 'Keycloak is down', tell: true}}],
    ['declare —no-tell --reason down', {verb: 'declare', request: {reason: 'down', tell: false}}],
    ['extend-sessions', {verb: 'extend-sessions', request: {hours: 72}}],
    ['extend-sessions --hours 8', {verb: 'extend-sessions', request: {hours: 8}}],
    [
      'let-in @anna --identified-by "by voice"',
      {verb: 'let-in', request: {user: 'anna', identified_by: 'by voice', valid_minutes: 15, mail: false}},
    ],
    [
      'let-in --mail --valid-minutes=30 anna@example.org --identified-by badge',
      {verb: 'let-in', request: {user: 'anna@example.org', identified_by: 'badge', valid_minutes: 30, mail: true}},
    ],
    [
      'switch --user anna @ben, carl --yes',
      {verb: 'switch', mode: 'run', request: {users: ['anna', 'ben', 'carl'], ...many}},
    ],
    [
      'switch --user @anna --user ben,carl',
      {verb: 'switch', mode: 'ask', request: {users: ['anna', 'ben', 'carl'], ...many}},
    ],
    [
      'switch --team core --deny @ex --dry-run',
      {verb: 'switch', mode: 'dry_run', request: {team: 'core', deny: ['ex'], ...many}},
    ],
    ['switch --group staff --yes', {verb: 'switch', mode: 'run', request: {group: 'staff', ...many}}],
    [
      'switch --sessions-ending-before 8h',
      {verb: 'switch', mode: 'ask', request: {sessions_ending_before: START + 8 * HOUR, ...many}},
    ],
    [
      'switch --sessions-ending-before 2026-11-25T08:00Z',
      {verb: 'switch', mode: 'ask', request: {sessions_ending_before: Date.UTC(2026, 10, 25, 8), ...many}},
    ],
    [
      'switch --everyone --approval a1 --yes',
      {verb: 'switch', mode: 'run', request: {everyone: true, approval: 'a1', ...many}},
    ],
    [
      'admin-access --user @root --identified-by voice',
      {verb: 'admin-access', request: {user: 'root', identified_by: 'voice'}},
    ],
    ['switch-back', {verb: 'switch-back', mode: 'ask', request: back}],
    [
      'switch-back --user anna --canary @ben --without-provider-check --resume-sync --yes',
      {
        verb: 'switch-back',
        mode: 'run',
        request: {users: ['anna'], canary: 'ben', without_provider_check: true, resume_sync: true},
      },
    ],
    [
      'resolve anna --choice LEAVE --reason "left us"',
      {verb: 'resolve', request: {user: 'anna', choice: 'leave', reason: 'left us'}},
    ],
  ])('%j means %j', (text, command) => {
    const {verb, ...meant} = command as {verb: string};
    expect(parseCommand(`sso ${text}`, START)).toMatchObject(
      verb === 'help' ? {kind: 'help', group: 'sso'} : {kind: 'verb', name: `sso ${verb}`, ...meant},
    );
  });

  test.each([
    ['declare', '--reason takes 3 to 500 characters that say why.'],
    ['declare --no-tell=yes --reason down', '--no-tell takes no value.'],
    ['extend-sessions --hours many', '--hours takes 1 to 720.'],
    ['extend-sessions --hours 1000', '--hours takes 1 to 720.'],
    ['let-in --identified-by voice', 'The person is missing.'],
    ['let-in anna', '--identified-by takes 3 to 200 characters that say how you know that it is this person.'],
    ['let-in anna secret --identified-by voice', '“secret” is one word too many. Put text with spaces in quotes.'],
    ['let-in anna --identified-by voice --valid-minutes 9999', '--valid-minutes takes 1 to 1440.'],
    ['switch', 'Say exactly one of --user, --team, --group, --sessions-ending-before and --everyone.'],
    [
      'switch --everyone --team core',
      'Say exactly one of --user, --team, --group, --sessions-ending-before and --everyone.',
    ],
    ['switch --everyone --yes --dry-run', '--dry-run and --yes do not go together.'],
    ['switch --sessions-ending-before 1', '“1” is not a time. Say 8h or 3d from now, or 2026-11-25T08:00Z.'],
    ['switch --file people.csv', 'There is no option --file.'],
    ['switch --everyon', 'There is no option --everyon. Did you mean --everyone?'],
    ['switch --user --yes', '--user needs a value.'],
    ['admin-access --identified-by voice', 'A person is named by username, email address or id.'],
    ['admin-access --user root --password hunter2 --identified-by voice', 'There is no option --password.'],
    ['resolve anna --choice delete --reason "left us"', '--choice takes restore or leave.'],
    ['status now', '“now” is one word too many. Put text with spaces in quotes.'],
    ['status --constructor x', 'There is no option --constructor.'],
  ])('%j is refused: %s', (text, message) => {
    expect(refusal(`sso ${text}`)).toMatchObject({
      code: 'USAGE_INVALID',
      message,
      details: {usage: expect.stringContaining('/dr sso ')},
    });
  });

  test.each([
    ['declair', 'sso declare'],
    ['switchback', 'sso switch-back'],
    ['constructor', null],
  ])('%s is unknown; %s may be meant', (typed, suggestion) => {
    expect(parseCommand(`sso ${typed}`, START)).toEqual({kind: 'unknown', typed: `sso ${typed}`, suggestion});
  });
});

test('no option takes a password or a code: Mattermost writes commands into its audit log', () => {
  const options = verbsOf('chat').flatMap(([, verb]) => optionsOf(verb, 'chat').map(([name]) => name));
  expect(options.length).toBeGreaterThan(20);
  expect(options.filter((name) => /pass|code|secret|token/.test(name))).toEqual([]);
});
