import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {CompactSign} from 'jose';
import type {BridgeToken, EnrollmentRequest} from '@disaster-recovery/contract';
import {sha256} from '../kernel/canonical_json.ts';
import {randomToken} from '../kernel/ids.ts';
import {codeKey, proofOf} from '../enrollment/code.ts';
import {rawPublicKey} from '../enrollment/identity.ts';

const SERVER = {site_url: 'https://chat.example.org', diagnostic_id: 'diagnostic-1'};

/** For tests: the other side, which signs as the plugin does. */
export type FakeBridge = {
  privateKey: KeyObject;
  publicKey: string;
  request(code: string, changes?: Partial<EnrollmentRequest>): EnrollmentRequest;
  token(
    aud: string,
    request: {method: string; path: string; body?: string | Uint8Array},
    nowMs: number,
    changes?: Partial<BridgeToken>,
  ): Promise<string>;
};

export function createFakeBridge(): FakeBridge {
  const {privateKey, publicKey} = generateKeyPairSync('ed25519');
  const raw = rawPublicKey(publicKey);
  return {
    privateKey,
    publicKey: raw,
    request: (code, changes = {}) => {
      const nonce = randomToken(24);
      return {
        public_key: raw,
        nonce,
        proof: proofOf(codeKey(code), 'bridge', {public_key: raw, nonce}),
        ...SERVER,
        server_version: '11.1.0',
        plugin_version: '0.1.0',
        actor: 'admin',
        ...changes,
      };
    },
    token: (aud, {method, path, body = ''}, nowMs, changes = {}) => {
      const iat = Math.floor(nowMs / 1000);
      const payload: BridgeToken = {
        iss: 'bridge',
        aud,
        iat,
        exp: iat + 60,
        jti: randomToken(24),
        method,
        path,
        body_sha256: sha256(body),
        ...SERVER,
        actor: {user_id: 'u1', username: 'admin', system_admin: true},
        ...changes,
      };
      return new CompactSign(Buffer.from(JSON.stringify(payload)))
        .setProtectedHeader({alg: 'EdDSA', typ: 'JWT'})
        .sign(privateKey);
    },
  };
}
