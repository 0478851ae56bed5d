import {writeFileSync} from 'node:fs';
import {expect, test} from '@jest/globals';
import type {Config} from '../config/schema.ts';
import {Failure} from '../kernel/failure.ts';
import {policyOf, POLICY_TEXT} from '../testkit/policy.ts';
import {revisionOf} from '../config/load.ts';
import {createTakeUp, enterStart} from './take_up.ts';

const LESS = POLICY_TEXT.replace('rpo_hours: 24', 'rpo_hours: 12');
const FAULTY = POLICY_TEXT.replace('rpo_hours: 24', 'rpo_hours: soon');

function following(apply: (config: Config) => Promise<void> = async () => undefined) {
  const it = policyOf();
  const taken: number[] = [];
  const warned: unknown[] = [];
  let effect = {text: POLICY_TEXT, revision: revisionOf(POLICY_TEXT)};
  const parts = {
    file: it.file,
    ledger: it.ledger,
    log: {info: () => undefined, warn: (told: unknown) => warned.push(told)} as never,
    inEffect: () => effect,
    apply: async (config: Config, from: {text: string; revision: string}) => {
      await apply(config);
      taken.push(config.objectives.rpo_hours);
      effect = from;
    },
  };
  const {look} = createTakeUp(parts);
  const kinds = () => [...it.ledger.entries()].map(({kind, actor}) => [kind, actor.name]);
  return {...it, parts, look, taken, warned, kinds, write: (text: string) => writeFileSync(it.path, text)};
}

test('a text counts when it stays as it is for two looks, once', async () => {
  const it = following();
  await it.look();
  await it.look();
  it.write(`${LESS}# still typ`);
  await it.look();
  it.write(LESS);
  await it.look();
  expect(it.taken).toEqual([]);
  await it.look();
  await it.look();
  expect(it.taken).toEqual([12]);
  expect([...it.ledger.entries()]).toMatchObject([
    {kind: 'policy.changed', data: {changes: [{setting: 'objectives.rpo_hours', from: 24, to: 12}]}},
  ]);
});

test('one with a fault is told once, and what was in effect stays until it is mended', async () => {
  const it = following();
  it.write(FAULTY);
  await it.look();
  await it.look();
  await it.look();
  expect(it.taken).toEqual([]);
  expect(it.warned).toMatchObject([{code: 'CONFIG_INVALID'}]);
  it.write(LESS);
  await it.look();
  await it.look();
  expect(it.taken).toEqual([12]);
});

test('one that cannot be gone by is not tried again and again, and not entered as taken up', async () => {
  const it = following(() => Promise.reject(new Failure('REPOSITORY_UNREACHABLE', 'no')));
  it.write(LESS);
  await it.look();
  await it.look();
  await it.look();
  expect(it.warned).toHaveLength(1);
  expect(it.kinds()).toEqual([]);
});

test('what was changed through us is entered once, with who it was', async () => {
  const it = following();
  await it.policy.assign({assignment: 'objectives.rpo_hours=12'}, {kind: 'cli', id: '0', name: 'root'});
  await it.look();
  await it.look();
  expect(it.taken).toEqual([12]);
  expect(it.kinds()).toEqual([['policy.changed', 'root']]);
});

test('what was changed while nobody watched is entered at the start, once', async () => {
  const it = following();
  enterStart(it.parts);
  enterStart(it.parts);
  await it.policy.assign({assignment: 'objectives.rpo_hours=12'}, {kind: 'cli', id: '0', name: 'root'});
  await it.look();
  await it.look();
  enterStart(it.parts);
  expect(it.kinds().map(([kind]) => kind)).toEqual(['policy.found', 'policy.changed']);
  it.write(POLICY_TEXT);
  enterStart({...it.parts, inEffect: () => ({text: POLICY_TEXT, revision: revisionOf(POLICY_TEXT)})});
  expect(it.kinds().map(([kind]) => kind)).toEqual(['policy.found', 'policy.changed', 'policy.found']);
});
