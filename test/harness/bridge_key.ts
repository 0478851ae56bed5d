import {createHash, createHmac, generateKeyPairSync, randomBytes, sign} from 'node:crypto';
import type {KeyObject} from 'node:crypto';
import {drctlOrThrow} from './drctl.ts';
import type {ProtectedServer} from './protected_server.ts';

/** What the test says that it is. No server stands there, so it may look and change nothing. */
const SERVER = {site_url: 'http://127.0.0.1', diagnostic_id: 'test'};

/** The claims of a request token. A test changes one and looks who notices. */
interface Claims {
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly method: string;
  readonly path: string;
  readonly body_sha256: string;
  readonly site_url: string;
  readonly diagnostic_id: string;
  readonly actor?: {readonly user_id: string; readonly username: string; readonly system_admin: boolean};
}

/** A bridge that is no plugin: its key is in the hands of the test. */
export interface BridgeKey {
  /** What an honest bridge would claim. */
  claims(method: string, path: string, body?: string): Claims;
  token(claims: Claims, key?: KeyObject): string;
  /** Sends a request with that token. */
  send(method: string, path: string, token: string, body?: string): Promise<{status: number; code: string | undefined}>;
}

/** Enrolls a key of the test in the place of the plugin's, by the protocol that the plugin uses. */
export async function enrollAsBridge(server: ProtectedServer): Promise<BridgeKey> {
  const {privateKey, publicKey} = generateKeyPairSync('ed25519');
  const {value} = await drctlOrThrow(server.drctl('enroll'));
  const companionId = await trade(
    server.companion().url,
    value.code as string,
    publicKey.export({format: 'jwk'}).x ?? '',
  );
  return {
    claims: (method, path, body = '') => {
      const iat = Math.floor(Date.now() / 1000);
      return {
        iss: 'bridge',
        aud: companionId,
        iat,
        exp: iat + 60,
        jti: randomBytes(24).toString('base64url'),
        method,
        path,
        body_sha256: createHash('sha256').update(body).digest('hex'),
        ...SERVER,
        actor: {user_id: 'u'.repeat(26), username: 'sysadmin', system_admin: true},
      };
    },
    token: (claims, key = privateKey) => compactJws(claims, key),
    send: (method, path, token, body) => send(`${server.companion().url}${path}`, method, token, body),
  };
}

async function trade(url: string, code: string, publicKey: string): Promise<string> {
  const nonce = randomBytes(24).toString('base64url');
  const codeKey = createHash('sha256').update(code.toUpperCase().replaceAll(/[-\s]/g, '')).digest();
  const proof = createHmac('sha256', codeKey).update(`bridge\n${publicKey}\n${nonce}`).digest('base64url');
  const response = await fetch(`${url}/api/v1/enrolments`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({
      public_key: publicKey,
      nonce,
      proof,
      ...SERVER,
      server_version: '11',
      plugin_version: '0',
      actor: 'test',
    }),
  });
  const reply = (await response.json()) as {companion_id?: string};
  if (reply.companion_id === undefined) {
    throw new Error(`The enrollment was refused: ${JSON.stringify(reply)}`);
  }
  return reply.companion_id;
}

function compactJws(claims: Claims, key: KeyObject): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({alg: 'EdDSA', typ: 'JWT'})}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

async function send(
  url: string,
  method: string,
  token: string,
  body?: string,
): Promise<{status: number; code: string | undefined}> {
  const response = await fetch(url, {
    method,
    headers: {Authorization: `Bearer ${token}`},
    ...(body !== undefined && {body}),
  });
  const text = await response.text();
  const reply = text === '' ? {} : (JSON.parse(text) as {error?: {code: string}});
  return {status: response.status, code: reply.error?.code};
}
