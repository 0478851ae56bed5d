import {expect, test} from '@jest/globals';
import type {ProbeClass, ProbeResult} from '@disaster-recovery/contract';
import {isFlapping, nextTrack, transition, type ProviderTrack, type Thresholds} from './rules.ts';

const thresholds: Thresholds = {
  interval_ms: 30_000,
  rounds_down: 4,
  minimum_down_ms: 90_000,
  rounds_up: 3,
  vantage_points: 2,
  flap_limit: 2,
};
const START = 1_000_000;

/** What a round shows: one outcome for both vantage points, or `companion/bridge`, `-` for a missing one. A word behind it: `cut` controls red, `login` a sign-in just now, `sleep` an hour passes before. */
type Seen = string;
type Setting = {provider?: string; probe?: string; changes?: Partial<Thresholds>};

const result = (
  vantage: ProbeResult['vantage'],
  outcome: string,
  probe = 'authorize',
  provider = 'gitlab',
): ProbeResult => ({
  at: 0,
  provider,
  probe,
  vantage,
  outcome: outcome as ProbeClass,
  message: `idp.test is ${outcome}.`,
  ms: 1,
});

function run(
  rounds: readonly Seen[],
  {provider = 'gitlab', probe = 'authorize', changes = {}}: Setting = {},
  from: ProviderTrack | null = null,
): {track: ProviderTrack; told: (string | null)[]} {
  let track = from;
  let at = from === null ? START : from.last_round_at;
  const told: (string | null)[] = [];
  for (const seen of rounds) {
    const [outcomes = '', word] = seen.split(' ');
    const [companion = '-', bridge = companion] = outcomes.split('/');
    at += word === 'sleep' ? 3_600_000 : 30_000;
    const results = [
      ...(companion === '-' ? [] : [result('companion', companion, probe, provider)]),
      ...(bridge === '-' ? [] : [result('bridge', bridge, probe, provider)]),
    ];
    const next = nextTrack(
      track,
      {provider, at, results, controls_ok: word !== 'cut', last_login_at: word === 'login' ? at - 1 : null},
      {...thresholds, ...changes},
    );
    told.push(transition(track, next));
    track = next;
  }
  return {track: track!, told};
}

const times = (count: number, seen: Seen): Seen[] => Array.from({length: count}, () => seen);
const dead = (count: number): Seen[] => times(count, 'unreachable');
const ok = (count: number): Seen[] => times(count, 'ok');

type Row = [string, Seen[], ProviderTrack['state'], Setting?];
const ROWS: Row[] = [
  ['nothing is known before enough good rounds', ok(2), 'unknown'],
  ['enough good rounds are up', ok(3), 'up'],
  ['one bad round is degraded and no outage', [...ok(3), ...dead(1)], 'degraded'],
  [
    'rounds that take long because the provider hangs are no gaps',
    [...ok(3), ...dead(4)],
    'down',
    {changes: {interval_ms: 3000}},
  ],
  ['bad rounds in a row that are too few are no outage', [...ok(3), ...dead(3)], 'degraded'],
  ['enough bad rounds seen from both are an outage', [...ok(3), ...dead(4)], 'down'],
  ['an outage that was there from the beginning is one', dead(4), 'down'],
  ['enough bad rounds in too short a time are no outage', dead(4), 'degraded', {changes: {minimum_down_ms: 120_000}}],
  ['enough time makes them one', dead(5), 'down', {changes: {minimum_down_ms: 120_000}}],
  ['server errors are an outage as silence is', times(4, 'server_error'), 'down'],
  ['different bad answers from both are an outage', times(4, 'unreachable/server_error'), 'down'],
  ['a good round between bad ones begins the count anew', [...dead(3), ...ok(1), ...dead(3)], 'degraded'],
  ['a round without data between bad ones begins the count anew', [...dead(3), '-', ...dead(3)], 'degraded'],
  ['bad from the companion alone is degraded, however long', times(20, 'unreachable/ok'), 'degraded'],
  ['bad from the bridge alone is degraded, however long', times(20, 'ok/unreachable'), 'degraded'],
  ['bad from the companion while the bridge is missing is never an outage', times(20, 'unreachable/-'), 'degraded'],
  [
    'bad from the companion while the bridge proves nothing is never an outage',
    times(20, 'unreachable/inconclusive'),
    'degraded',
  ],
  [
    'one vantage point is enough when the settings say so',
    times(4, 'unreachable/ok'),
    'down',
    {changes: {vantage_points: 1}},
  ],
  ['missing data is unknown and never an outage', [...ok(3), ...times(20, '-')], 'unknown'],
  ['answers that prove nothing are unknown and never an outage', [...ok(3), ...times(20, 'inconclusive')], 'unknown'],
  ['a missing bridge does not spoil what the companion sees', times(3, 'ok/-'), 'up'],
  ['with red controls nobody is called down', [...ok(3), ...times(20, 'unreachable cut')], 'unknown'],
  [
    'with red controls the counters stand still, so an outage goes on being counted after them',
    [...dead(3), ...times(3, 'unreachable cut'), ...dead(1)],
    'down',
  ],
  ['with red controls an outage stays one', [...dead(4), ...times(5, 'ok cut')], 'down'],
  ['refusals are answers of a living provider, however long', times(20, 'rejecting'), 'degraded'],
  [
    'a refusal seen by one of the two keeps the silence seen by the other from being an outage',
    times(20, 'unreachable/rejecting'),
    'degraded',
  ],
  ['a refusal between bad rounds begins the count anew', [...dead(3), 'rejecting', ...dead(3)], 'degraded'],
  ['a wrong setting needs a repair and is no outage', times(20, 'misconfigured'), 'degraded'],
  ['a changed signing key needs a repair and is no outage', times(20, 'key_mismatch'), 'degraded'],
  [
    'a certificate that ran out locks people out, but its repair is a certificate',
    times(20, 'tls_expired'),
    'degraded',
  ],
  ['a slow provider is degraded at once', [...ok(3), 'slow'], 'degraded'],
  ['a provider that stays slow is an outage', [...ok(3), ...times(4, 'slow')], 'down'],
  ['an outage does not end with one good round', [...dead(4), ...ok(2)], 'down'],
  ['an outage ends with enough good rounds in a row', [...dead(4), ...ok(3)], 'up'],
  ['good rounds that are not in a row end no outage', [...dead(4), ...ok(2), ...dead(1), ...ok(2)], 'down'],
  ['a round without data does not end an outage', [...dead(4), ...times(20, '-')], 'down'],
  [
    'an outage that turns into refusals for long enough is none any more',
    [...dead(4), ...times(3, 'rejecting')],
    'degraded',
  ],
  ['one refusal does not end an outage', [...dead(4), 'rejecting'], 'down'],
  ['a real sign-in after the first bad round breaks the suspicion', [...dead(3), 'unreachable login'], 'degraded'],
  ['after such a sign-in the count begins anew', [...dead(3), 'unreachable login', ...dead(3)], 'degraded'],
  ['a sign-in before the first bad round breaks nothing', ['ok login', ...dead(4)], 'down'],
  ['a real sign-in ends an outage that the probes still see', [...dead(5), 'unreachable login'], 'degraded'],
  [
    'bad rounds before and after a long sleep are not in a row',
    [...dead(3), 'unreachable sleep', ...dead(2)],
    'degraded',
  ],
  ['good rounds before and after a long sleep are not in a row', [...ok(2), 'ok sleep'], 'unknown'],
  ['a long sleep does not end an outage', [...dead(4), 'unreachable sleep'], 'down'],
  [
    'a directory is seen from one vantage point only, and that is enough',
    times(4, 'unreachable/-'),
    'down',
    {provider: 'ldap', probe: 'ldap:dc1:389'},
  ],
  ['an OpenID provider known by its discovery alone can be down', dead(4), 'down', {probe: 'discovery'}],
  [
    'too few bad rounds are no outage, however long they took',
    dead(3),
    'degraded',
    {changes: {minimum_down_ms: 30_000}},
  ],
  ['an outage goes on while one of the two sees it', [...dead(4), 'unreachable/ok'], 'down'],
  [
    'where one vantage point is enough, a refusal seen by the other does not hide the outage',
    times(4, 'unreachable/rejecting'),
    'down',
    {changes: {vantage_points: 1}},
  ],
  [
    'good rounds end an outage as up, also when somebody signed in during them',
    [...dead(4), 'ok', 'ok login', 'ok'],
    'up',
  ],
  ['a sign-in while nothing is known is no sign of trouble', ['- login'], 'unknown'],
  [
    'a real sign-in ends an outage also when it is not known any more when that began',
    [...dead(4), '- sleep', 'unreachable/ok login'],
    'degraded',
  ],
  ['good rounds with a repair between them are not in a row', [...ok(2), 'rejecting', ...ok(1)], 'degraded'],
  ...(['unreachable', 'ok'] as const).map((between): Row => [
    `repairs with ${between} between them are not in a row, and end no outage`,
    [...dead(4), ...times(2, 'rejecting'), between, 'rejecting'],
    'down',
  ]),
  [
    'repairs before and after a long sleep are not in a row',
    [...dead(4), ...times(2, 'rejecting'), 'rejecting sleep'],
    'down',
  ],
  // Without a time that an outage must last, the number of rounds decides alone.
  ...(['ok', 'rejecting', 'unreachable/ok', '-'] as const).map((between): Row => [
    `bad rounds with ${between} between them are not in a row`,
    [...dead(3), between, ...dead(1)],
    'degraded',
    {changes: {minimum_down_ms: 0}},
  ]),
  [
    'of bad rounds before a long sleep none is counted',
    [...dead(3), 'unreachable sleep'],
    'degraded',
    {changes: {minimum_down_ms: 0}},
  ],
  ['a long sleep is no time of an outage', [...dead(1), 'unreachable sleep'], 'degraded', {changes: {rounds_down: 1}}],
];

// Rest parameters: a fourth named one would be taken for jest's `done` where a row has three.
test.each(ROWS)('%s', (...[, rounds, state, setting]) => {
  expect(run(rounds, setting).track.state).toBe(state);
});

function judgeOnce(results: ProbeResult[], provider = 'gitlab', rounds = 5): ProviderTrack {
  let track: ProviderTrack | null = null;
  for (let index = 0; index < rounds; index += 1) {
    track = nextTrack(
      track,
      {provider, at: START + index * 30_000, results, controls_ok: null, last_login_at: null},
      thresholds,
    );
  }
  return track!;
}

test('the worst of the probes of a vantage point decides: pages may be fine while the token service is dead', () => {
  const results = (['companion', 'bridge'] as const).flatMap((vantage) => [
    result(vantage, 'ok', 'authorize'),
    result(vantage, 'server_error', 'token'),
  ]);
  expect(judgeOnce(results)).toMatchObject({state: 'down', outcome: 'server_error'});
});

test('a refusal that comes late is a refusal', () => {
  const results = (['companion', 'bridge'] as const).flatMap((vantage) => [
    result(vantage, 'slow', 'authorize'),
    result(vantage, 'rejecting', 'token'),
  ]);
  expect(judgeOnce(results)).toMatchObject({state: 'degraded', outcome: 'rejecting'});
});

test('metadata that cannot be fetched does not keep people from signing in, and says so', () => {
  const results = (['companion', 'bridge'] as const).flatMap((vantage) => [
    result(vantage, 'ok', 'sign_in_page', 'saml'),
    result(vantage, 'unreachable', 'metadata', 'saml'),
  ]);
  expect(judgeOnce(results, 'saml')).toMatchObject({
    state: 'degraded',
    healthy_since: START,
    message: 'People can sign in, but: idp.test is unreachable.',
  });
});

test('a changed key in the metadata is a repair, although the sign-in page is fine', () => {
  const results = [
    result('companion', 'ok', 'sign_in_page', 'saml'),
    result('companion', 'key_mismatch', 'metadata', 'saml'),
    result('bridge', 'ok', 'sign_in_page', 'saml'),
  ];
  expect(judgeOnce(results, 'saml')).toMatchObject({state: 'degraded', outcome: 'key_mismatch', healthy_since: null});
});

test.each([
  ['is refused', 'rejecting', {state: 'degraded', healthy_since: START}],
  ['proves nothing', 'inconclusive', {state: 'up', healthy_since: START}],
])('metadata that %s is no reason to repair anything, and keeps nobody out', (_name, outcome, expected) => {
  const results = [result('companion', 'ok', 'sign_in_page', 'saml'), result('companion', outcome, 'metadata', 'saml')];
  expect(judgeOnce(results, 'saml')).toMatchObject(expected);
});

test('a discovery that is not there keeps nobody out who finds the sign-in page', () => {
  const results = [result('companion', 'ok'), result('companion', 'unreachable', 'discovery')];
  expect(judgeOnce(results)).toMatchObject({state: 'degraded', healthy_since: START});
});

test('a provider known only by what describes it can be down', () => {
  const results = (['companion', 'bridge'] as const).flatMap((vantage) => [
    result(vantage, 'unreachable', 'metadata'),
    result(vantage, 'unreachable', 'discovery'),
  ]);
  expect(judgeOnce(results).state).toBe('down');
});

test('who is seen well at one door and proves nothing at the other is not called well', () => {
  const results = [result('companion', 'ok', 'authorize'), result('companion', 'inconclusive', 'token')];
  expect(judgeOnce(results)).toMatchObject({state: 'unknown', healthy_since: null});
});

test.each(['tls_expired', 'key_mismatch', 'misconfigured', 'rejecting'])(
  '%s is said to need a repair, and is not counted as health',
  (outcome) => {
    expect(judgeOnce([result('companion', outcome), result('bridge', outcome)])).toMatchObject({
      state: 'degraded',
      healthy_since: null,
      message: `This needs a repair and is no outage: idp.test is ${outcome}.`,
    });
  },
);

test('one dead host of a directory is degraded, all of them are an outage', () => {
  const host = (name: string, outcome: string): ProbeResult => result('companion', outcome, `ldap:${name}:389`, 'ldap');
  expect(judgeOnce([host('a', 'unreachable'), host('b', 'ok')], 'ldap')).toMatchObject({
    state: 'degraded',
    healthy_since: START,
  });
  expect(judgeOnce([host('a', 'unreachable'), host('b', 'server_error')], 'ldap').state).toBe('down');
});

test('each change is told once, with the time since when', () => {
  const {track, told} = run([...ok(3), ...dead(6), ...ok(5)]);
  expect(told.filter((it) => it !== null)).toEqual(['suspected', 'recovered']);
  expect([told.indexOf('suspected'), told.indexOf('recovered')]).toEqual([6, 11]);
  expect(track.since).toBe(START + 12 * 30_000);
});

test('health is counted from the first of the good rounds, and anew after anything else', () => {
  expect(run(ok(5)).track.healthy_since).toBe(START + 30_000);
  expect(run([...ok(5), ...dead(1), ...ok(2)]).track.healthy_since).toBe(START + 7 * 30_000);
  expect(run([...ok(5), '-']).track.healthy_since).toBeNull();
  expect(run([...ok(5), 'ok sleep']).track.healthy_since).toBe(START + 5 * 30_000 + 3_600_000);
});

test('more outages than the limit in 24 hours are flapping, and a day later no longer', () => {
  const once = [...dead(4), ...ok(3)];
  const twice = run([...once, ...once]).track;
  expect([twice.changes_at.length, isFlapping(twice, twice.last_round_at, thresholds.flap_limit)]).toEqual([2, false]);
  const {track} = run([...once, ...dead(4)], {}, run(once).track);
  expect([track.state, isFlapping(track, track.last_round_at, thresholds.flap_limit)]).toEqual(['down', true]);
  expect(isFlapping(track, track.last_round_at + 24 * 3_600_000, thresholds.flap_limit)).toBe(false);
});

test('an outage of more than a day ago is forgotten', () => {
  const {track} = run([...dead(4), ...ok(3), ...times(25, 'ok sleep')]);
  expect(track.changes_at).toEqual([]);
});

test.each<[string, Seen[], number | null]>([
  ['is kept while an outage lasts', dead(6), START + 30_000],
  ['is kept while one of the two sees the outage', [...dead(4), 'unreachable/ok'], START + 30_000],
  ['is kept while nobody can ask', [...dead(4), '-'], START + 30_000],
  ['is kept while a refusal has not lasted', [...dead(4), 'rejecting'], START + 30_000],
  ['is kept during good rounds that are too few', [...dead(4), 'ok'], START + 30_000],
  ['is forgotten once a refusal has lasted', [...dead(4), ...times(3, 'rejecting')], null],
  ['is forgotten after a good round, when there was no outage', [...dead(3), 'ok'], null],
  ['is forgotten after a refusal, when there was no outage', [...dead(3), 'rejecting'], null],
])('the first bad round %s', (_name, rounds, first) => {
  expect(run(rounds).track.first_bad_at).toBe(first);
});

test('the last sign-in stays known when later rounds tell of none', () => {
  expect(run(['ok login', ...ok(2)]).track.last_login_at).toBe(START + 30_000 - 1);
});

test('a sign-in at the moment of the first bad round breaks nothing: it may have been before', () => {
  const {track} = run(dead(3));
  const results = [result('companion', 'unreachable'), result('bridge', 'unreachable')];
  const round = {provider: 'gitlab', at: START + 4 * 30_000, results, controls_ok: true};
  const after = (login: number) => nextTrack(track, {...round, last_login_at: login}, thresholds).state;
  expect([after(START + 30_000), after(START + 30_001)]).toEqual(['down', 'degraded']);
});

test('rounds before and after a clock was set back are not in a row, good or bad', () => {
  const [bad, good] = [run(dead(3)).track, run([...dead(4), ...ok(2)]).track];
  const round = (outcome: string) => ({
    provider: 'gitlab',
    at: START,
    results: [result('companion', outcome), result('bridge', outcome)],
    controls_ok: null,
    last_login_at: null,
  });
  const anyTime = {...thresholds, minimum_down_ms: -1_000_000};
  expect(nextTrack(bad, round('unreachable'), anyTime)).toMatchObject({state: 'degraded', rounds_down: 1});
  expect(nextTrack(good, round('ok'), thresholds)).toMatchObject({state: 'down', rounds_up: 1});
});

test('a detector that was restarted goes on with the track that it stored', () => {
  const stored = JSON.parse(JSON.stringify(run([...ok(3), ...dead(3)]).track)) as ProviderTrack;
  expect(run(dead(1), {}, stored)).toMatchObject({track: {state: 'down'}, told: ['suspected']});
});
