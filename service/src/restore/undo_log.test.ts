import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from '@jest/globals';
import {SET} from '../testkit/answers.ts';
import {openState} from '../kernel/state.ts';
import {createUndoLog, UNDO_TABLE} from './undo_log.ts';

const kept = (name: string) => ({
  database: {name, former: `${name}_before`},
  directories: [{directory: '/d', area: '/.drctl-d'}],
});

function aLog(times: number[]) {
  return createUndoLog(openState(mkdtempSync(join(tmpdir(), 'undo-')), [UNDO_TABLE]), {
    now: () => times.shift() ?? 0,
    sleep: async () => undefined,
  });
}

test('the restore that was made last is the one to undo, even when the clock went back in between', () => {
  const log = aLog([9000, 1000, 1001]);
  expect(log.find()).toBeNull();
  log.add('r1', SET, kept('a'));
  log.add('r2', SET, kept('b'));
  // A swap that goes on after a crash adds itself again; what it first set aside counts.
  log.add('r2', SET, kept('never'));
  expect(log.find()).toEqual({restore: 'r2', set: SET, kept: kept('b'), swapped_at: 1000});
});

test('an undone restore stays the newest: asking again goes no further back, and says how to', () => {
  const log = aLog([1000, 2000, 3000]);
  log.add('r1', SET, kept('a'));
  log.add('r2', SET, kept('b'));
  log.markUndone('r2');
  expect(() => log.find()).toThrow(
    expect.objectContaining({
      code: 'NOTHING_TO_UNDO',
      message: expect.stringMatching(
        /r2 .* was undone at 1970-01-01T00:00:03Z.*before restore r1 .*drctl restore r1 --undo/,
      ),
    }),
  );
  expect(log.find('r1')).toMatchObject({restore: 'r1', kept: kept('a')});
  expect(() => log.find('r2')).toThrow(expect.objectContaining({code: 'NOTHING_TO_UNDO'}));
  expect(log.find('r9')).toBeNull();
  log.markUndone('r1');
  expect(() => log.find()).toThrow(expect.objectContaining({message: expect.not.stringContaining('name it')}));
});
