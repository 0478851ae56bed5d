import {createHash, createPrivateKey, createPublicKey, randomBytes, sign} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {PLUGIN} from './protected_server.ts';
import type {ProtectedServer} from './protected_server.ts';

/** Asks the plugin for something in the name of the companion, whose key the test borrows from its state. `path` is below /companion/v1. */
export async function askAsCompanion<Answer>(
  server: ProtectedServer,
  method: string,
  path: string,
  content: object,
): Promise<Answer> {
  const {companionId, pem} = await readKey(server.stateDirectory);
  const privateKey = createPrivateKey(pem);
  const body = JSON.stringify(content);
  const target = `/plugins/${PLUGIN}/companion/v1${path}`;
  const iat = Math.floor(Date.now() / 1000);
  const publicKey = Buffer.from(createPublicKey(privateKey).export({format: 'jwk'}).x ?? '', 'base64url');
  const header = {
    alg: 'EdDSA',
    typ: 'JWT',
    kid: createHash('sha256').update(publicKey).digest('base64url').slice(0, 16),
  };
  const claims = {
    iss: companionId,
    aud: 'bridge',
    iat,
    exp: iat + 60,
    jti: randomBytes(24).toString('base64url'),
    method,
    path: target,
    body_sha256: createHash('sha256').update(body).digest('hex'),
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const token = `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
  const response = await fetch(`${server.mattermost().url}${target}`, {
    method,
    body,
    headers: {'X-DR-Token': token, 'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest'},
  });
  const answer = await response.text();
  if (!response.ok) {
    throw new Error(`The plugin answered ${response.status}: ${answer.slice(0, 300)}`);
  }
  return JSON.parse(answer) as Answer;
}

async function readKey(stateDirectory: string): Promise<{companionId: string; pem: string}> {
  const state = new DatabaseSync(join(stateDirectory, 'state.db'), {readOnly: true});
  try {
    const row = state.prepare('SELECT companion_id, key_file FROM companion').get() as {
      companion_id: string;
      key_file: string;
    };
    return {companionId: row.companion_id, pem: await readFile(join(stateDirectory, row.key_file), 'utf8')};
  } finally {
    state.close();
  }
}
