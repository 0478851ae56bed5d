import {beforeEach, expect, test} from '@jest/globals';
import {suspectedMessage} from '../watch/alarm.ts';
import {addPeople, createBench, HOUR_MS, NOON, ROOT, type Bench} from '../fixtures.ts';

const DAY_MS = 24 * HOUR_MS;
const suspicion = {provider: 'gitlab', since: NOON - 600_000, message: '127.0.0.1:8467 refused the connection.'};

let bench: Bench;

beforeEach(() => {
  bench = createBench();
  addPeople(bench.world, 2);
  bench.world.put({id: 'zoe', last_login_at: NOON - DAY_MS});
  bench.world.put({id: 'boss', roles: ['system_user', 'system_admin'], last_login_at: NOON - DAY_MS});
  bench.world.put({id: 'fresh', created_at: NOON - HOUR_MS});
  bench.world.put({id: 'ghost', created_at: NOON - 100 * DAY_MS});
  bench.world.put({id: 'gone', deleted_at: 5, last_login_at: NOON});
});

test('who is locked out has a name: administrators first, who is new is among them, who is long away is not', async () => {
  const {count, people} = await bench.sso.lockedOut();
  expect(people.map(({username, last_seen_at: seenAt}) => [username, seenAt])).toEqual([
    ['boss', NOON - DAY_MS],
    ['fresh', null],
    ['zoe', NOON - DAY_MS],
  ]);
  const {locked_out_now: counted, dormant} = await bench.sso.forecast();
  expect([count, dormant]).toEqual([counted, 1]);
});

test('a person is found by how a name begins; nothing typed finds nobody', async () => {
  expect((await bench.sso.people('@Zo')).people).toEqual([
    {id: 'zoe', username: 'zoe', email: 'zoe@corp.test', service: 'gitlab', is_administrator: false},
  ]);
  expect([(await bench.sso.people(' ')).people, (await bench.sso.people('gone')).people]).toEqual([[], []]);
});

test('the alarm says what is down since when, who is hurt and what to do; what a probe saw comes last', async () => {
  const message = await suspectedMessage(bench.engines, suspicion);
  expect(message.split('\n\n')).toEqual([
    '**GitLab seems to have been down since 11:50 UTC.** 3 people are locked out now. Nothing was changed.',
    expect.stringMatching(/^\*\*What to do:\*\*.*declare --reason "GitLab is down".*locked-out/s),
    'Seen by the probes: 127.0.0.1:8467 refused the connection.',
  ]);
});

test('the alarm goes out although nobody can be counted, and says so', async () => {
  bench.engines.accounts = {
    ...bench.engines.accounts,
    streamSessions: () => {
      throw new Error('the database is down');
    },
  };
  expect(await suspectedMessage(bench.engines, suspicion)).toContain('could not be counted');
});

test('who was made lately and never signed in is switched with everyone; who is long away only when it is said', async () => {
  bench.world.put({id: 'ada', roles: ['system_admin'], sign_in: {service: '', data: null}, has_password: true});
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  const everyone = {everyone: true, dormant_days: 90} as const;
  const names = async (request: typeof everyone & {include_dormant?: true}) =>
    (await bench.sso.planSwitch(request, ROOT)).people.map(({username}) => username);
  expect(await names(everyone)).toEqual(['fresh', 'person001', 'person002', 'zoe', 'boss']);
  expect(await names({...everyone, include_dormant: true})).toContain('ghost');
});

test('a switch that switches nobody says so in its plan, and ends with a warning', async () => {
  bench = createBench();
  bench.world.put({id: 'ghost', created_at: NOON - 100 * DAY_MS});
  bench.world.put({id: 'ada', roles: ['system_admin'], sign_in: {service: '', data: null}, has_password: true});
  await bench.sso.declare({reason: 'GitLab is down', tell: false}, ROOT);
  const everyone = {everyone: true, dormant_days: 90} as const;
  expect((await bench.sso.planSwitch(everyone, ROOT)).warnings).toEqual([
    'Nobody would be switched. 1 person has not been seen for a long time; --include-dormant includes them.',
  ]);
  expect((await bench.run(bench.sso.startSwitch(everyone, ROOT))).status).toBe('warning');
  const all = await bench.run(bench.sso.startSwitch({...everyone, include_dormant: true}, ROOT));
  expect([all.status, bench.world.get('ghost')?.sign_in.service]).toEqual(['success', '']);
});
