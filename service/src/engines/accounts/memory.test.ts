import {expect, test} from '@jest/globals';
import {Failure} from '../../kernel/failure.ts';
import {conformance} from './conformance.ts';
import {createMemoryAccounts} from './memory.ts';

const LOCAL = {service: '', data: null};
const toLocal = (id: string) => ({id, from: {service: 'gitlab', data: id}, to: LOCAL});

conformance('memory', async () => createMemoryAccounts());

test('memory: faults can be made: one account fails, one lies, or nothing can be changed', async () => {
  const memory = createMemoryAccounts([{id: 'a'}, {id: 'b'}, {id: 'c'}], () => 5);
  memory.failing.add('a');
  memory.lying.add('b');
  expect((await memory.writer.changeSignIn(['a', 'b', 'c'].map(toLocal))).map(({outcome}) => outcome)).toEqual([
    'failed',
    'changed',
    'changed',
  ]);
  expect(['a', 'b', 'c'].map((id) => memory.get(id)?.sign_in.service)).toEqual(['gitlab', 'gitlab', '']);
  expect(['a', 'b', 'c'].map(memory.writesOf)).toEqual([0, 0, 1]);
  memory.claim('c');
  expect(memory.get('c')).toMatchObject({has_password: true, password_updated_at: 5});
  memory.failWriterWith(new Failure('MATTERMOST_UNREACHABLE', 'It is down.'));
  await expect(memory.writer.changeSignIn([toLocal('a')])).rejects.toMatchObject({code: 'MATTERMOST_UNREACHABLE'});
  await expect(memory.writer.revokeSessions(['s'])).rejects.toMatchObject({code: 'MATTERMOST_UNREACHABLE'});
});

test('memory: sessions are extended, and what was given out cannot be changed from outside', async () => {
  const memory = createMemoryAccounts([{id: 'a'}]);
  memory.addSession({id: 's', user: 'a', expires_at: 9});
  expect(await memory.writer.extendSessions?.([{id: 's', expires_at: 99}])).toEqual([]);
  expect([memory.log.extended, (await memory.accounts.sessions(['a']))[0]?.expires_at]).toEqual([
    [{id: 's', expires_at: 99}],
    99,
  ]);
  memory.get('a')!.sign_in.service = 'saml';
  expect(memory.get('a')?.sign_in.service).toBe('gitlab');
});
