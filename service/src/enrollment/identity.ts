import {createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {writeFileAtomic} from '../kernel/atomic_file.ts';
import type {Clock} from '../kernel/clock.ts';
import {randomToken} from '../kernel/ids.ts';
import type {State} from '../kernel/state.ts';

/** Who this companion is to a bridge. `publicKey` is raw base64url, as in the contract. */
export type Identity = {companionId: string; publicKey: string; privateKey: KeyObject};

type Row = {companion_id: string; public_key: string; key_file: string};

/**
 * Reads the companion's key pair, or makes it once. A lost or damaged key file means a new identity, which every bridge refuses
 * until it enrolls again; `isNew` tells.
 */
export async function loadIdentity(state: State, clock: Clock): Promise<Identity & {isNew: boolean}> {
  const stored = readIdentity(state);
  return stored ? {...stored, isNew: false} : {...(await makeIdentity(state, clock)), isNew: true};
}

function readIdentity(state: State): Identity | null {
  const row = state.db.prepare('SELECT companion_id, public_key, key_file FROM companion').get() as Row | undefined;
  try {
    if (row) {
      const privateKey = createPrivateKey(readFileSync(join(state.directory, row.key_file)));
      return rawPublicKey(createPublicKey(privateKey)) === row.public_key
        ? {companionId: row.companion_id, publicKey: row.public_key, privateKey}
        : null;
    }
  } catch {
    // Falls through: a key that cannot be read is as good as none.
  }
  return null;
}

async function makeIdentity(state: State, clock: Clock): Promise<Identity> {
  const {privateKey, publicKey} = generateKeyPairSync('ed25519');
  const made: Identity = {companionId: randomToken(16), publicKey: rawPublicKey(publicKey), privateKey};
  const keyFile = `companion-${keyId(made.publicKey)}.key`;
  const path = join(state.directory, keyFile);
  await writeFileAtomic(path, privateKey.export({type: 'pkcs8', format: 'pem'}).toString());
  // The row decides, so that two programs that start at once agree on one identity.
  const earlier = state.transact(() => {
    const other = readIdentity(state);
    if (!other) {
      state.db
        .prepare(
          'INSERT OR REPLACE INTO companion (one, companion_id, public_key, key_file, created_at) VALUES (1, ?, ?, ?, ?)',
        )
        .run(made.companionId, made.publicKey, keyFile, clock.now());
    }
    return other;
  });
  if (earlier) {
    await rm(path, {force: true});
  }
  return earlier ?? made;
}

/** The 32 bytes of an Ed25519 public key, base64url. */
export function rawPublicKey(key: KeyObject): string {
  return key.export({format: 'jwk'}).x ?? '';
}

/** @throws when the text is not a point of the curve */
export function publicKeyObject(raw: string): KeyObject {
  return createPublicKey({format: 'jwk', key: {kty: 'OKP', crv: 'Ed25519', x: raw}});
}

/** The name of a key in token headers: the first 16 characters of base64url(sha256(raw key)), as the bridge makes it. */
export function keyId(raw: string): string {
  return createHash('sha256').update(Buffer.from(raw, 'base64url')).digest('base64url').slice(0, 16);
}
