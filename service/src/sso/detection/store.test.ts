import {beforeEach, expect, test} from '@jest/globals';
import type {ProbeResult} from '@disaster-recovery/contract';
import {aWorld, breakIt, type World} from './fixtures.ts';
import {createDetectionStore, type DetectionStore} from './store.ts';

const DAY_MS = 24 * 3_600_000;

let world: World;
let store: DetectionStore;

beforeEach(async () => {
  world = aWorld();
  store = createDetectionStore(world.state);
  breakIt(world);
  await world.rounds(4);
});

const setTrack = (text: string) => world.state.db.prepare('UPDATE sso_tracks SET track = ?').run(text);
const results = () =>
  world.state.db.prepare('SELECT DISTINCT probe FROM sso_probe_results ORDER BY probe').all() as {probe: string}[];

test.each(['{"of": "another version"}', 'half a li'])(
  'a track that cannot be read begins anew, and stops nobody: %s',
  async (text) => {
    setTrack(text);
    expect(store.tracks()).toEqual([]);
    await world.rounds(1);
    expect(store.tracks()).toMatchObject([{track: {state: 'degraded', rounds_down: 1}}]);
  },
);

test('an outage that an older version was counting goes on after the upgrade', () => {
  const [{track}] = store.tracks() as [ReturnType<DetectionStore['tracks']>[number]];
  const {message, ...rest} = track;
  setTrack(JSON.stringify({...rest, says: message}));
  expect(store.tracks()).toMatchObject([{track: {state: 'down', message}}]);
});

test('what was told settles only that: what came meanwhile is told next', () => {
  const [stored] = store.tracks() as [ReturnType<DetectionStore['tracks']>[number]];
  store.putTrack({...stored, owed: 'recovered'});
  store.settle('gitlab', 'suspected');
  expect(store.tracks()).toMatchObject([{owed: 'recovered'}]);
  store.settle('gitlab', 'recovered');
  expect(store.tracks()).toMatchObject([{owed: null}]);
});

test('of a provider that is forgotten no results stay', () => {
  expect(results()).not.toEqual([]);
  store.forget('gitlab');
  expect([results(), store.tracks()]).toEqual([[], []]);
});

test('results of a host that is asked no more go after a week', async () => {
  const old: ProbeResult = {
    at: world.now - 6 * DAY_MS,
    provider: 'gitlab',
    probe: 'former',
    vantage: 'companion',
    outcome: 'ok',
    message: 'It answered.',
    ms: 1,
  };
  store.addResults([old], old.at);
  await world.rounds(1);
  expect(results()).toContainEqual({probe: 'former'});
  world.now += 2 * DAY_MS;
  await world.rounds(1);
  expect(results()).not.toContainEqual({probe: 'former'});
});
