import {expect, test} from '@jest/globals';
import {Detection} from '@disaster-recovery/contract';
import {aWorld, breakIt, http, ldap, mend} from './fixtures.ts';

test('an outage is proposed once, with its evidence in the ledger, and its end is told once', async () => {
  const world = aWorld();
  await world.rounds(3);
  expect(world.watch.detection()).toMatchObject({
    running: true,
    proposal: null,
    providers: [{provider: 'gitlab', state: 'up'}],
  });
  breakIt(world);
  await world.rounds(6);
  expect(world.told).toEqual(['suspected gitlab: idp.test is unreachable.']);
  expect(world.watch.detection().proposal).toEqual({
    provider: 'gitlab',
    since: 1_000_000 + 6 * 30_000,
    message: 'idp.test is unreachable.',
  });
  const [entry] = world.entries();
  expect(entry).toMatchObject({kind: 'sso.suspected', data: {provider: 'gitlab', flapping: false}});
  expect((entry!.data['evidence'] as {vantage: string}[]).map(({vantage}) => vantage)).toEqual([
    'companion',
    'companion',
    'bridge',
  ]);
  mend(world);
  await world.rounds(4);
  expect(world.told.slice(1)).toEqual(['recovered gitlab']);
  expect(world.entries().map(({kind}) => kind)).toEqual(['sso.suspected', 'sso.recovered']);
  expect(world.watch.detection().proposal).toBeNull();
});

test('a watch is told nothing and writes nothing while everything is well', async () => {
  const world = aWorld();
  await world.rounds(10);
  expect([world.told, world.entries()]).toEqual([[], []]);
});

test('without the plugin nothing is proposed, however long the provider is silent', async () => {
  const world = aWorld();
  Object.assign(world, {companion: 'unreachable', bridge: false});
  await world.rounds(20);
  expect(world.told).toEqual([]);
  expect(world.watch.detection().providers[0]).toMatchObject({
    state: 'degraded',
    message: 'Seen from the companion alone: idp.test is unreachable.',
  });
});

test('a bridge that throws is a missing one', async () => {
  const world = aWorld({
    bridgeProbes: async () => {
      throw new Error('down');
    },
  });
  await world.rounds(3);
  expect(world.watch.detection().providers[0]!.state).toBe('up');
});

test('red controls keep a lost network from being a lost provider', async () => {
  const world = aWorld();
  breakIt(world);
  world.controls = false;
  await world.rounds(20);
  expect(world.told).toEqual([]);
  expect(world.watch.detection()).toMatchObject({
    controls_ok: false,
    providers: [{state: 'unknown', outcome: 'local_network'}],
  });
});

test('a directory needs one vantage point only', async () => {
  const world = aWorld();
  Object.assign(world, {targets: [ldap], companion: 'unreachable'});
  await world.rounds(4);
  expect(world.told).toEqual(['suspected ldap: idp.test is unreachable.']);
  expect(JSON.stringify([world.watch.detection(), world.entries()])).not.toContain('bind-pw');
});

test('a sign-in that the plugin saw breaks the suspicion', async () => {
  const world = aWorld();
  breakIt(world);
  await world.rounds(2);
  world.logins = [{service: 'gitlab', count: 1, last_at: world.now + 1}];
  await world.rounds(2);
  expect(world.told).toEqual([]);
  expect(world.watch.detection().providers[0]).toMatchObject({last_login_at: world.now - 60_000 + 1});
});

test('administrators who could not be told are told later, once', async () => {
  const world = aWorld();
  breakIt(world);
  world.deaf = true;
  await world.rounds(4);
  world.deaf = false;
  await world.rounds(3);
  expect(world.told).toEqual(['suspected gitlab: idp.test is unreachable.']);
});

test('an outage that ended before anybody could be told is told to nobody', async () => {
  const world = aWorld();
  breakIt(world);
  world.deaf = true;
  await world.rounds(4);
  mend(world);
  await world.rounds(3);
  world.deaf = false;
  await world.rounds(3);
  expect(world.told).toEqual([]);
});

test('a provider that flaps is proposed no more, and the ledger says why', async () => {
  const world = aWorld();
  for (let outage = 0; outage < 4; outage += 1) {
    breakIt(world);
    await world.rounds(4);
    mend(world);
    await world.rounds(3);
  }
  expect(world.told.filter((word) => word.startsWith('suspected'))).toHaveLength(2);
  expect(world.told.filter((word) => word.startsWith('recovered'))).toHaveLength(2);
  expect(
    world
      .entries()
      .filter(({kind}) => kind === 'sso.suspected')
      .map(({data}) => data['flapping']),
  ).toEqual([false, false, true, true]);
  breakIt(world);
  await world.rounds(4);
  expect(world.watch.detection()).toMatchObject({flapping: true, proposal: null, providers: [{state: 'down'}]});
});

test('another process reads the same detection, and a restart keeps it', async () => {
  const world = aWorld();
  breakIt(world);
  await world.rounds(2);
  const other = aWorld({}, world.directory);
  other.now = world.now;
  expect(other.watch.detection()).toEqual(world.watch.detection());
  expect(Detection.parse(other.watch.detection())).toMatchObject({running: true});
  breakIt(other);
  await other.rounds(1);
  expect(other.told).toHaveLength(1);
});

test('a companion that no longer probes is not running', async () => {
  const world = aWorld();
  expect(world.watch.detection()).toMatchObject({running: false, last_round_at: null, providers: []});
  await world.rounds(1);
  world.now += 90_000;
  expect(world.watch.detection().running).toBe(false);
});

test('raw results are the newest 20 of a provider, and few are kept', async () => {
  const world = aWorld();
  await world.rounds(50);
  const [provider] = world.watch.detection().providers;
  expect([provider!.results.length, provider!.results[0]!.at, provider!.results.at(-1)!.at < world.now]).toEqual([
    20,
    world.now,
    true,
  ]);
  expect(world.state.db.prepare('SELECT count(*) AS n FROM sso_probe_results').get()).toEqual({n: 60});
});

test('healthy is since the first good round of all providers, and nothing when one is not well or nobody looks', async () => {
  const world = aWorld();
  expect(world.watch.healthySince(world.now)).toBeNull();
  await world.rounds(5);
  expect(world.watch.healthySince(world.now)).toBe(1_030_000);
  expect(world.watch.healthySince(world.now + 90_000)).toBeNull();
  world.targets = [http('authorize'), ldap];
  await world.rounds(1);
  expect(world.watch.healthySince(world.now)).toBeNull();
  await world.rounds(1);
  expect(world.watch.healthySince(world.now)).toBe(world.now - 30_000);
  world.companion = 'rejecting';
  await world.rounds(1);
  expect(world.watch.healthySince(world.now)).toBeNull();
});

test('while the configuration cannot be read, what was known is asked; a provider that is switched off is forgotten', async () => {
  const world = aWorld();
  await world.rounds(1);
  world.targets = null;
  breakIt(world);
  await world.rounds(4);
  expect(world.told).toHaveLength(1);
  world.targets = [];
  await world.rounds(3);
  expect(world.told.slice(1)).toEqual(['recovered gitlab']);
  expect(world.watch.detection()).toMatchObject({running: true, proposal: null, providers: []});
});

test('a round that is told to stop leaves no trace', async () => {
  const world = aWorld();
  const stop = new AbortController();
  stop.abort();
  await world.watch.round(stop.signal);
  expect(world.watch.detection().last_round_at).toBeNull();
});

test('a probe that breaks proves nothing', async () => {
  const world = aWorld({
    probe: async () => {
      throw new Error('bug');
    },
  });
  world.bridge = false;
  await world.rounds(10);
  expect(world.watch.detection().providers[0]).toMatchObject({state: 'unknown', outcome: 'inconclusive'});
  expect(world.told).toEqual([]);
});
