import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import type {Actor} from '@disaster-recovery/contract';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from './ledger.ts';

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
