import {CompactSign, compactVerify} from 'jose';
import type {KeyObject} from 'node:crypto';
import {BridgeToken, type RequestToken} from '@disaster-recovery/contract';
import {sha256} from '../kernel/canonical_json.ts';
import {isoTime} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {randomToken} from '../kernel/ids.ts';

const BRIDGE = 'bridge';
const LIFETIME_S = 60;
/** How far the clock of the other side may be ahead of ours. */
const FUTURE_LEEWAY_S = 60;
const PAST_LEEWAY_S = 5;

/** What a token stands for. `path` is as sent, query included; `body` the raw bytes. */
export type SignedRequest = {method: string; path: string; body: Uint8Array};

/** Signs a request to the bridge; good for sixty seconds. */
export async function signToken(
  request: SignedRequest,
  by: {companionId: string; kid: string; privateKey: KeyObject},
  nowMs: number,
): Promise<string> {
  const iat = Math.floor(nowMs / 1000);
  const payload: RequestToken = {
    iss: by.companionId,
    aud: BRIDGE,
    iat,
    exp: iat + LIFETIME_S,
    jti: randomToken(24),
    method: request.method,
    path: request.path,
    body_sha256: sha256(request.body),
  };
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({alg: 'EdDSA', typ: 'JWT', kid: by.kid})
    .sign(by.privateKey);
}

/**
 * Checks signature, parties, time and request; not the nonce.
 * @throws Failure TOKEN_INVALID, TOKEN_EXPIRED
 */
export async function checkToken(
  {token: text, ...request}: SignedRequest & {token: string},
  between: {bridgeKey: KeyObject; companionId: string},
  nowMs: number,
): Promise<BridgeToken> {
  const token = parseToken(await verifiedPayload(text, between.bridgeKey));
  if (token.iss !== BRIDGE || token.aud !== between.companionId) {
    throw invalid('The token was made by or for somebody else.');
  }
  if (token.exp <= token.iat || token.exp - token.iat > LIFETIME_S) {
    throw invalid('The token is valid for longer than sixty seconds.');
  }
  const now = nowMs / 1000;
  if (now <= token.iat - FUTURE_LEEWAY_S || now > token.exp + PAST_LEEWAY_S) {
    throw new Failure(
      'TOKEN_EXPIRED',
      `The request was signed at ${isoTime(token.iat * 1000)}, and here it is ${isoTime(nowMs)}.`,
    );
  }
  if (token.method !== request.method || token.path !== request.path) {
    throw invalid('The token is for another method or path.');
  }
  if (token.body_sha256 !== sha256(request.body)) {
    throw invalid('The token is for another body.');
  }
  return token;
}

/** When a nonce may be forgotten, in ms: after that the token is refused for its age. */
export function nonceExpiry(token: RequestToken): number {
  return (token.exp + PAST_LEEWAY_S + FUTURE_LEEWAY_S) * 1000;
}

async function verifiedPayload(text: string, key: KeyObject): Promise<Uint8Array> {
  try {
    return (await compactVerify(text, key, {algorithms: ['EdDSA']})).payload;
  } catch {
    // The cause is left out: it may quote the token.
    throw invalid('The token does not verify with the key of the enrolled bridge.');
  }
}

function parseToken(payload: Uint8Array): BridgeToken {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw invalid('The token does not hold JSON.');
  }
  const parsed = BridgeToken.safeParse(value);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? 'payload';
    throw new Failure('TOKEN_INVALID', `The token lacks a proper ${field}.`, {
      remedy: 'Use the plugin and the companion of one release: `drctl version` and the plugin page name both.',
    });
  }
  return parsed.data;
}

function invalid(message: string): Failure {
  return new Failure('TOKEN_INVALID', message);
}
