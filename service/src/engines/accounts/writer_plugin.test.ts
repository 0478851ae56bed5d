import {expect, test} from '@jest/globals';
import {Failure} from '../../kernel/failure.ts';
import type {SignInChange} from './port.ts';
import {createPluginWriter} from './writer_plugin.ts';

const LOCAL = {service: '', data: null};
const changes = (count: number): SignInChange[] =>
  Array.from({length: count}, (_, index) => ({id: `u${index}`, from: {service: 'saml', data: `${index}`}, to: LOCAL}));

function fakeBridge(downAfter = Infinity) {
  const sizes: number[] = [];
  const take = (size: number): void => {
    if (sizes.length >= downAfter) {
      throw new Failure('MATTERMOST_UNREACHABLE', 'It is down.');
    }
    sizes.push(size);
  };
  return {
    sizes,
    changeSignIn: async (all: SignInChange[]) => {
      take(all.length);
      return all.map(({id}) => ({id, outcome: 'changed' as const, says: null})).reverse();
    },
    extendSessions: async (all: {id: string}[]) => {
      take(all.length);
      return all.filter(({id}) => id === 's7').map(({id}) => ({id, says: 'no'}));
    },
    revokeSessions: async (ids: string[]) => {
      take(ids.length);
      return ids.filter((id) => id === 's7').map((id) => ({id, says: 'no'}));
    },
  };
}

test('many changes go in batches that the bridge takes, and come back one outcome each', async () => {
  const bridge = fakeBridge();
  const outcomes = await createPluginWriter(bridge).changeSignIn(changes(250));
  expect(bridge.sizes).toEqual([100, 100, 50]);
  expect(outcomes.map(({id}) => id)).toEqual(changes(250).map(({id}) => id));
  const sessions = Array.from({length: 201}, (_, index) => ({id: `s${index}`, expires_at: 1}));
  expect(await createPluginWriter(bridge).extendSessions?.(sessions)).toEqual([{id: 's7', says: 'no'}]);
  expect(await createPluginWriter(bridge).revokeSessions(sessions.map(({id}) => id))).toEqual([{id: 's7', says: 'no'}]);
  expect(bridge.sizes).toEqual([100, 100, 50, 200, 1, 200, 1]);
});

test('one bad change is refused here, because the bridge would refuse all that are with it', async () => {
  const bridge = fakeBridge();
  const bad = {id: 'bad', from: LOCAL, to: {service: 'email', data: 'x'}};
  expect(
    (await createPluginWriter(bridge).changeSignIn([bad, ...changes(1)])).map(({id, outcome}) => [id, outcome]),
  ).toEqual([
    ['bad', 'failed'],
    ['u0', 'changed'],
  ]);
  expect(bridge.sizes).toEqual([1]);
});

test('what the bridge leaves out is failed, not changed', async () => {
  const writer = createPluginWriter({
    ...fakeBridge(),
    changeSignIn: async () => [{id: 'stranger', outcome: 'changed', says: null}],
  });
  expect(await writer.changeSignIn(changes(1))).toMatchObject([{id: 'u0', outcome: 'failed'}]);
});

test('down from the start is a failure; down later is told of each account that was not done', async () => {
  await expect(createPluginWriter(fakeBridge(0)).changeSignIn(changes(1))).rejects.toMatchObject({
    code: 'MATTERMOST_UNREACHABLE',
  });
  const outcomes = await createPluginWriter(fakeBridge(1)).changeSignIn(changes(150));
  expect([outcomes.length, outcomes.filter(({outcome}) => outcome === 'changed').length, outcomes[149]]).toEqual([
    150,
    100,
    {id: 'u149', outcome: 'failed', says: 'It is down.'},
  ]);
});

test('a stop is obeyed between batches', async () => {
  const stop = new AbortController();
  const bridge = fakeBridge();
  const stopping = {
    ...bridge,
    changeSignIn: (all: SignInChange[]) => {
      stop.abort(new Error('stopped'));
      return bridge.changeSignIn(all);
    },
  };
  await expect(createPluginWriter(stopping).changeSignIn(changes(150), stop.signal)).rejects.toThrow('stopped');
  expect(bridge.sizes).toEqual([100]);
});
