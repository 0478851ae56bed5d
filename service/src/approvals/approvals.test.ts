import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from '@jest/globals';
import type {Actor} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {APPROVAL_TABLES, createApprovals, type Act, type Approvals, type Reach} from './index.ts';
import {whyTwo} from './rule.ts';

const ADA: Actor = {kind: 'mattermost', id: 'ada', name: 'ada'};
const BOB: Actor = {kind: 'mattermost', id: 'bob', name: 'bob'};
let now = 0;
let approvals: Approvals;
let ledger: Ledger;

beforeEach(() => {
  now = Date.UTC(2026, 10, 24);
  const clock = {now: () => now, sleep: async () => undefined};
  const state = openState(mkdtempSync(join(tmpdir(), 'approvals-')), [LEDGER_TABLE, APPROVAL_TABLES]);
  ledger = createLedger(state, clock);
  approvals = createApprovals({state, clock, ledger});
});

const act = (reach: Partial<Reach>, request: unknown = {team: 'all'}): Act => ({
  verb: 'switch',
  scope: 'incident-1',
  says: 'switch people',
  request,
  reach: {people: 1, of: 400, administrators: 0, ...reach},
});

/** The id of the approval that is asked for; null when it passes. */
function asked(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    expect(error).toMatchObject({code: 'SECOND_ADMINISTRATOR_NEEDED'});
    return String((error as Failure).details?.['approval']);
  }
}

describe('whom a plan touches decides', () => {
  test.each<[string, Reach, number, boolean]>([
    ['nobody', {people: 0, of: 400, administrators: 0}, 400, false],
    ['one of many', {people: 1, of: 400, administrators: 0}, 0, false],
    ['a handful of a small company', {people: 5, of: 12, administrators: 0}, 0, false],
    ['more than a handful, and a quarter', {people: 6, of: 24, administrators: 0}, 0, true],
    ['less than a quarter', {people: 99, of: 400, administrators: 0}, 0, false],
    ['a quarter', {people: 100, of: 400, administrators: 0}, 0, true],
    ['everybody of a company of two', {people: 2, of: 2, administrators: 0}, 0, true],
    ['one other administrator', {people: 1, of: 400, administrators: 1}, 0, true],
    ['a quarter in two halves', {people: 50, of: 400, administrators: 0}, 50, true],
  ])('%s: %j after %d → %s', (_name, reach, before, isNeeded) => {
    expect(whyTwo(reach, before) !== null).toBe(isNeeded);
  });
});

test('many small steps add up, in one scope and not over the next', () => {
  expect(asked(() => approvals.require(act({people: 60}), {by: ADA, waits: true}))).toBeNull();
  expect(approvals.isNeeded(act({people: 60}))).toBe(true);
  expect(asked(() => approvals.require(act({people: 60}), {by: BOB, waits: true}))).not.toBeNull();
  expect(approvals.isNeeded({...act({people: 60}), scope: 'incident-2'})).toBe(false);
});

describe('an approval', () => {
  const approved = (reach: Partial<Reach> = {people: 200}): string => {
    const id = asked(() => approvals.require(act(reach), {by: ADA, waits: true})) ?? '';
    approvals.approve(id, BOB);
    return id;
  };

  test('is good once, for exactly what was asked', () => {
    const id = approved();
    expect(
      asked(() => approvals.require(act({people: 200}, {team: 'other'}), {approval: id, by: ADA, waits: true})),
    ).not.toBe(id);
    expect(asked(() => approvals.require(act({people: 200}), {approval: id, by: ADA, waits: true}))).toBeNull();
    expect(asked(() => approvals.require(act({people: 200}), {approval: id, by: ADA, waits: true}))).not.toBeNull();
  });

  test('does not cover people or administrators who came since', () => {
    const id = approved();
    expect(asked(() => approvals.require(act({people: 201}), {approval: id, by: ADA, waits: true}))).not.toBe(id);
    expect(
      asked(() => approvals.require(act({people: 200, administrators: 1}), {approval: id, by: ADA, waits: true})),
    ).not.toBe(id);
    expect(asked(() => approvals.require(act({people: 150}), {approval: id, by: ADA, waits: true}))).toBeNull();
  });

  test('is not given by who asked, nor after an hour, and is asked for once', () => {
    const id = asked(() => approvals.require(act({people: 200}), {by: ADA, waits: true})) ?? '';
    expect(asked(() => approvals.require(act({people: 200}), {by: ADA, waits: true}))).toBe(id);
    expect(asked(() => approvals.approve(id, ADA))).toBe(id);
    now += 3_600_000;
    expect(() => approvals.approve(id, BOB)).toThrow(expect.objectContaining({code: 'NOT_FOUND'}));
    expect(approvals.open()).toEqual([]);
  });

  test('is not waited for where the rule does not hold, and the ledger says that one person did it alone', () => {
    approvals.require(act({people: 200}), {by: ADA, waits: false});
    expect(asked(() => approvals.require(act({people: 1}), {by: ADA, waits: false}))).toBeNull();
    expect([...ledger.entries()]).toMatchObject([{kind: 'approval.not_asked', actor: ADA, data: {verb: 'switch'}}]);
  });

  test('says who asks for what', () => {
    approved();
    expect(approvals.open()).toMatchObject([{verb: 'switch', says: 'switch people', asked_by: ADA, approved_by: BOB}]);
  });
});
