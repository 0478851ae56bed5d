import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {compactVerify} from 'jose';
import type {RequestToken} from '@disaster-recovery/contract';
import {codeKey, normaliseCode, proofOf} from './code.ts';
import {keyId, publicKeyObject} from './identity.ts';
import {checkToken} from './token.ts';

type Party = {public_key: string; kid: string};
type Vectors = {
  bridge: Party;
  companion: Party;
  accepted: {name: string; signed_by: 'bridge' | 'companion'; body: string; payload: RequestToken; jws: string}[];
  refused: {name: string; jws: string}[];
  enrollment: {
    code_as_typed: string;
    code_normalised: string;
    derived_key_hex: string;
    nonce: string;
    bridge_proof: string;
    companion_proof: string;
  };
};

// Written by the bridge's own tests, so that both languages agree on every byte.
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../server-bridge/testdata/token_vectors.json'), 'utf8'),
) as Vectors;
const {bridge, companion, enrollment} = vectors;
const between = (companionId: string) => ({bridgeKey: publicKeyObject(bridge.public_key), companionId});

describe('what the bridge signed', () => {
  test.each(vectors.accepted.filter(({signed_by}) => signed_by === 'bridge'))(
    'is accepted: $name',
    async ({jws, payload, body}) => {
      const request = {method: payload.method, path: payload.path, body: Buffer.from(body)};
      expect(await checkToken({token: jws, ...request}, between(payload.aud), payload.iat * 1000)).toEqual(payload);
    },
  );

  test.each(vectors.refused)('is refused: $name', async ({jws}) => {
    const {payload} = vectors.accepted[0] as Vectors['accepted'][number];
    const request = {method: payload.method, path: payload.path, body: Buffer.alloc(0)};
    await expect(checkToken({token: jws, ...request}, between(payload.aud), payload.iat * 1000)).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });
});

test.each(vectors.accepted.filter(({signed_by}) => signed_by === 'companion'))(
  'what the bridge takes from a companion verifies here: $name',
  async ({jws, payload}) => {
    const verified = await compactVerify(jws, publicKeyObject(companion.public_key), {algorithms: ['EdDSA']});
    expect(JSON.parse(Buffer.from(verified.payload).toString())).toEqual(payload);
    expect(verified.protectedHeader.kid).toBe(keyId(companion.public_key));
  },
);

test('codes and proofs are the same on both sides', () => {
  const key = codeKey(enrollment.code_as_typed);
  expect(normaliseCode(enrollment.code_as_typed)).toBe(enrollment.code_normalised);
  expect(key.toString('hex')).toBe(enrollment.derived_key_hex);
  expect(proofOf(key, 'bridge', {...bridge, nonce: enrollment.nonce})).toBe(enrollment.bridge_proof);
  expect(proofOf(key, 'companion', {...companion, nonce: enrollment.nonce})).toBe(enrollment.companion_proof);
  expect([keyId(bridge.public_key), keyId(companion.public_key)]).toEqual([bridge.kid, companion.kid]);
});
