import {describe, expect, test} from '@jest/globals';
import type {Suspicion} from '@disaster-recovery/contract';
import {aWorld, breakIt, http, ldap, mend} from './fixtures.ts';
import {createDetectionStore} from './store.ts';

describe('of one provider nothing is said that was seen of another', () => {
  test('a dead directory is suspected, and the provider that answers beside it is not', async () => {
    const world = aWorld({
      probe: async ({provider, probe}) => ({
        provider,
        probe,
        outcome: provider === 'ldap' ? 'unreachable' : 'ok',
        message: `${provider} was asked.`,
        ms: 1,
      }),
    });
    world.targets = [http('authorize'), ldap];
    await world.rounds(5);
    expect(world.told).toEqual(['suspected ldap: ldap was asked.']);
    expect(world.watch.detection().providers).toMatchObject([
      {provider: 'gitlab', state: 'up'},
      {provider: 'ldap', state: 'down'},
    ]);
  });

  test('a sign-in through one does not hide the outage of the other', async () => {
    const world = aWorld();
    breakIt(world);
    await world.rounds(1);
    world.logins = [{service: 'saml', count: 1, last_at: world.now + 1}];
    await world.rounds(3);
    expect(world.told).toHaveLength(1);
    expect(world.watch.detection().providers).toMatchObject([{state: 'down', last_login_at: null}]);
  });

  test('what the plugin sees of a provider that is not asked is not kept', async () => {
    const world = aWorld();
    world.targets = [ldap];
    await world.rounds(1);
    expect(world.state.db.prepare('SELECT DISTINCT provider FROM sso_probe_results').all()).toEqual([
      {provider: 'ldap'},
    ]);
  });
});

describe('what is no evidence changes nothing', () => {
  test('nobody is asked by a round that was told to stop before it began', async () => {
    let asked = 0;
    const world = aWorld({
      controls: async () => {
        asked += 1;
        return true;
      },
    });
    await world.watch.round(AbortSignal.abort());
    expect(asked).toBe(0);
  });

  test('answers that were cut short because the companion stops are thrown away', async () => {
    const stop = new AbortController();
    const world = aWorld({
      controls: async () => {
        stop.abort();
        return true;
      },
    });
    breakIt(world);
    await world.watch.round(stop.signal);
    expect(world.watch.detection()).toMatchObject({last_round_at: null, providers: []});
  });

  test('controls that break are red: the network here is in doubt, not the provider', async () => {
    const world = aWorld({
      controls: async () => {
        throw new Error('no name was found');
      },
    });
    breakIt(world);
    await world.rounds(10);
    expect(world.told).toEqual([]);
    expect(world.watch.detection()).toMatchObject({controls_ok: false, providers: [{state: 'unknown'}]});
  });

  test('without controls in the settings a provider is judged all the same', async () => {
    const world = aWorld();
    world.controls = null;
    breakIt(world);
    await world.rounds(4);
    expect(world.told).toHaveLength(1);
    expect(world.watch.detection().controls_ok).toBeNull();
  });

  test('a companion that cannot read the configuration after its start keeps the outage that it knew', async () => {
    const world = aWorld();
    breakIt(world);
    await world.rounds(4);
    const restarted = aWorld({}, world.directory);
    Object.assign(restarted, {now: world.now, targets: null});
    await restarted.rounds(2);
    expect(restarted.watch.detection()).toMatchObject({
      last_round_at: world.now,
      proposal: {provider: 'gitlab'},
      providers: [{state: 'down'}],
    });
    expect(restarted.told).toEqual([]);
  });
});

describe('healthy enough to switch people back', () => {
  test('is nobody where no provider is asked', async () => {
    const world = aWorld();
    world.targets = [];
    await world.rounds(3);
    expect(world.watch.healthySince(world.now)).toBeNull();
  });

  test('is no provider that the last round did not look at', async () => {
    const world = aWorld();
    await world.rounds(3);
    const store = createDetectionStore(world.state);
    const [{track}] = store.tracks() as [ReturnType<typeof store.tracks>[number]];
    store.putTrack({
      track: {...track, provider: 'saml', last_round_at: track.last_round_at - 1},
      proposed: false,
      owed: null,
    });
    expect(world.watch.healthySince(world.now)).toBeNull();
  });
});

describe('administrators', () => {
  test('are told since when it was bad, not since when that was believed', async () => {
    const told: Suspicion[] = [];
    const world = aWorld({
      onSuspected: async (suspicion) => {
        told.push(suspicion);
      },
    });
    breakIt(world);
    await world.rounds(5);
    expect(told.map(({since}) => since)).toEqual([1_030_000]);
  });

  test('hear of the end of an outage once, also when its provider is switched off; the ledger has it once', async () => {
    const world = aWorld();
    breakIt(world);
    await world.rounds(4);
    world.targets = [];
    world.deaf = true;
    await world.rounds(2);
    world.deaf = false;
    await world.rounds(2);
    expect(world.told.slice(1)).toEqual(['recovered gitlab']);
    expect(world.entries().map(({kind}) => kind)).toEqual(['sso.suspected', 'sso.recovered']);
    expect(world.watch.detection().providers).toEqual([]);
  });

  test('hear of an end that they were not told yet, although its provider was switched off meanwhile', async () => {
    const world = aWorld();
    breakIt(world);
    await world.rounds(4);
    mend(world);
    world.deaf = true;
    await world.rounds(3);
    world.targets = [];
    await world.rounds(2);
    world.deaf = false;
    await world.rounds(2);
    expect(world.told.slice(1)).toEqual(['recovered gitlab']);
    expect(world.entries().map(({kind}) => kind)).toEqual(['sso.suspected', 'sso.recovered']);
  });
});
