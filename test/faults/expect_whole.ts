import {expect} from '@jest/globals';
import type {Companion} from './companion.ts';

/** A rerun of the backup works, adds exactly one set to those of `before`, and leaves nothing lying about. */
export async function expectWholeAgain(companion: Companion, before: readonly string[]): Promise<void> {
  const {set} = await companion.succeed<{set: {id: string; cross_check: {outcome: string}}}>(['backup']);
  expect(await companion.sets()).toEqual([set.id, ...before]);
  await expectNothingLeft(companion);
  await expectLedgerHolds(companion);
}

/** No dump in plain text, and nothing else of a job. */
export async function expectNothingLeft(companion: Companion): Promise<void> {
  expect(await companion.leftovers()).toEqual([]);
}

export async function expectLedgerHolds(companion: Companion): Promise<void> {
  const {result} = await companion.run(['doctor']);
  const {checks} = result?.value as {checks: {name: string; outcome: string; message: string}[]};
  expect(checks.find(({name}) => name === 'ledger')).toMatchObject({outcome: 'ok'});
}
