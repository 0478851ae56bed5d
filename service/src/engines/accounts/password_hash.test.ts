import {pbkdf2Sync} from 'node:crypto';
import bcrypt from 'bcryptjs';
import {expect, test} from '@jest/globals';
import {hashPassword} from './password_hash.ts';

const PASSWORD = 'Grüße “3 a.m.” $pbkdf2$';

test('a PBKDF2 hash is the one that Mattermost 11 takes, and no two are alike', async () => {
  const [one, other] = [await hashPassword('pbkdf2', PASSWORD), await hashPassword('pbkdf2', PASSWORD)];
  const [, name, parameters, salt, hash] = one.split('$');
  expect([name, parameters, Buffer.from(salt!, 'base64').length, one.length]).toEqual([
    'pbkdf2',
    'f=SHA256,w=600000,l=32',
    16,
    97,
  ]);
  expect(
    pbkdf2Sync(PASSWORD, Buffer.from(salt!, 'base64'), 600_000, 32, 'sha256').toString('base64').replace('=', ''),
  ).toBe(hash);
  expect(one).not.toBe(other);
});

test('a bcrypt hash has the cost of Mattermost', async () => {
  const hash = await hashPassword('bcrypt', PASSWORD);
  expect([bcrypt.getRounds(hash), await bcrypt.compare(PASSWORD, hash), await bcrypt.compare('other', hash)]).toEqual([
    10,
    true,
    false,
  ]);
});

test.each([
  ['pbkdf2', 'x'.repeat(73)],
  ['bcrypt', 'ü'.repeat(37)],
  ['bcrypt', ''],
] as const)('%s: a password that Mattermost would refuse is refused, and not quoted', async (format, password) => {
  const failure: unknown = await hashPassword(format, password).catch((error: unknown) => error);
  expect(failure).toMatchObject({code: 'PASSWORD_REFUSED'});
  expect(password !== '' && String(failure).includes(password)).toBe(false);
  expect(await hashPassword('bcrypt', 'x'.repeat(72))).toHaveLength(60);
});
