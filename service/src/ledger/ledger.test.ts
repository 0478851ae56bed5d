import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {Actor} from '@disaster-recovery/contract';
import {canonicalJson, sha256} from '../kernel/canonical_json.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, verifyChain, type Entry} from './ledger.ts';

const ACTOR: Actor = {kind: 'cli', id: '0', name: 'root'};
const clock = {now: () => 1_700_000_000_000, sleep: async () => {}};

function open(directory = mkdtempSync(join(tmpdir(), 'ledger-'))) {
  const state = openState(directory, [LEDGER_TABLE]);
  return {state, directory, ledger: createLedger(state, clock)};
}

test('entries chain and survive a reopening', () => {
  const {ledger, state, directory} = open();
  ledger.append('backup.finished', ACTOR, {set: 'one'});
  state.close();
  const again = open(directory);
  again.ledger.append('restore.finished', ACTOR, {set: 'one'});
  expect(again.ledger.verify()).toMatchObject({entries: 2});
  const [first, second] = [...again.ledger.entries()];
  expect(second?.previous).toBe(first?.hash);
});

test.each([
  ['a changed value', `UPDATE ledger SET data = '{"set":"two"}' WHERE seq = 2`],
  ['a changed time', 'UPDATE ledger SET at = at + 1 WHERE seq = 2'],
  ['a removed entry', 'DELETE FROM ledger WHERE seq = 2'],
  ['another actor', `UPDATE ledger SET actor = '{"id":"1","kind":"cli","name":"eve"}' WHERE seq = 2`],
])('%s is noticed and named', (_name, sql) => {
  const {ledger, state} = open();
  for (const set of ['one', 'two', 'three']) {
    ledger.append('backup.finished', ACTOR, {set, at: 'x'});
  }
  state.db.exec(sql);
  expect(() => ledger.verify()).toThrow('Ledger entry 2');
});

/** Whoever may write the file may also hash an entry anew. Each case leaves only one clause of the proof to notice it. */
test.each<[string, (entries: Entry[]) => Entry[], number]>([
  [
    'changed and hashed anew: the next one still names the hash of before',
    (all) => replaced(all, 1, {data: {set: 'forged'}}),
    3,
  ],
  [
    'taken out, and the rest chained and hashed anew: the numbers have a gap',
    (all) => rechained([all[0]!, ...all.slice(2)]),
    2,
  ],
  [
    'taken from the beginning, and the rest chained anew: the first is not number 1',
    (all) => rechained(all.slice(1)),
    1,
  ],
  [
    'changed alone: its own hash does not fit',
    (all) => all.map((entry, index) => (index === 1 ? {...entry, at: 5} : entry)),
    2,
  ],
  ['put in the place of another', (all) => [all[0]!, all[2]!, all[1]!], 2],
  ['of a chain that begins elsewhere', (all) => replaced(all, 0, {previous: 'f'.repeat(64)}), 1],
])('an entry %s', (_name, forge, at) => {
  const {ledger} = open();
  for (const set of ['one', 'two', 'three']) {
    ledger.append('backup.finished', ACTOR, {set});
  }
  const entries = [...ledger.entries()];
  expect(verifyChain(entries)).toEqual({entries: 3, head: entries[2]?.hash});
  expect(() => verifyChain(forge(entries))).toThrow(`Ledger entry ${at} `);
});

function hashed(entry: Entry): Entry {
  const {hash: _hash, ...body} = entry;
  return {...body, hash: sha256(canonicalJson(body))};
}

function replaced(entries: Entry[], index: number, changes: Partial<Entry>): Entry[] {
  return entries.map((entry, place) => (place === index ? hashed({...entry, ...changes}) : entry));
}

function rechained(entries: Entry[]): Entry[] {
  let previous = '0'.repeat(64);
  return entries.map((entry) => {
    const next = hashed({...entry, previous});
    previous = next.hash;
    return next;
  });
}

test('a chain continues one that is its beginning, and no other', () => {
  const {ledger} = open();
  ledger.append('backup.finished', ACTOR, {set: 'one'});
  const then = ledger.verify();
  ledger.append('backup.finished', ACTOR, {set: 'two'});
  const now = ledger.verify();
  expect(ledger.extends(then)).toBe(true);
  expect(ledger.extends(now)).toBe(true);
  expect(ledger.extends({entries: 0, head: '0'.repeat(64)})).toBe(true);
  expect(ledger.extends({entries: 1, head: now.head})).toBe(false);
  expect(ledger.extends({entries: 3, head: now.head})).toBe(false);
});
