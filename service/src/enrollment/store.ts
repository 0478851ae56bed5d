import type {EnrollmentRequest} from '@disaster-recovery/contract';
import type {State} from '../kernel/state.ts';
import {isSameProof, proofOf} from './code.ts';
import {keyId} from './identity.ts';
import type {ServerIdentity} from './origin.ts';

export type EnrollmentRow = {
  id: number;
  kid: string;
  public_key: string;
  site_url: string;
  diagnostic_id: string;
  server_version: string;
  plugin_version: string;
  enrolled_by: string;
  enrolled_at: number;
  last_seen_at: number | null;
  differs: number;
};

type CodeRow = {key: string; expires_at: number; tries_left: number};

/** Codes, enrollments and spent nonces on disk. At most one code and one enrollment are alive. */
export type EnrollmentStore = ReturnType<typeof createEnrollmentStore>;

export function createEnrollmentStore(state: State) {
  const {db} = state;
  const selectCurrent = db.prepare('SELECT * FROM enrolments WHERE revoked_at IS NULL ORDER BY id DESC LIMIT 1');
  const selectCode = db.prepare('SELECT key, expires_at, tries_left FROM enrolment_code');
  const putCode = db.prepare(
    'INSERT OR REPLACE INTO enrolment_code (one, key, expires_at, tries_left) VALUES (1, ?, ?, ?)',
  );
  const dropCode = db.prepare('DELETE FROM enrolment_code');
  const countTry = db.prepare('UPDATE enrolment_code SET tries_left = tries_left - 1');
  const revokeAll = db.prepare('UPDATE enrolments SET revoked_at = ?, revoked_by = ? WHERE revoked_at IS NULL');
  const insert =
    db.prepare(`INSERT INTO enrolments (kid, public_key, site_url, diagnostic_id, server_version, plugin_version, enrolled_by, enrolled_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const insertNonce = db.prepare('INSERT OR IGNORE INTO spent_nonces (nonce, expires_at) VALUES (?, ?)');
  const purgeNonces = db.prepare('DELETE FROM spent_nonces WHERE expires_at < ?');
  const setSeen = db.prepare('UPDATE enrolments SET last_seen_at = ? WHERE id = ?');
  const setDiffers = db.prepare('UPDATE enrolments SET differs = ? WHERE id = ?');
  const putSighting = db.prepare(
    'INSERT OR REPLACE INTO enrolment_sightings (enrolment, site_url, diagnostic_id, seen_at) VALUES (?, ?, ?, ?)',
  );
  const selectSighting = db.prepare('SELECT site_url, diagnostic_id FROM enrolment_sightings WHERE enrolment = ?');

  const current = () => (selectCurrent.get() as EnrollmentRow | undefined) ?? null;

  function add(request: EnrollmentRequest, now: number): void {
    revokeAll.run(now, request.actor);
    insert.run(
      keyId(request.public_key),
      request.public_key,
      request.site_url,
      request.diagnostic_id,
      request.server_version,
      request.plugin_version,
      request.actor,
      now,
    );
  }

  return {
    current,
    putCode: (key: Buffer, expiresAt: number, tries: number) => {
      putCode.run(key.toString('hex'), expiresAt, tries);
    },
    /** Spends the code when the proof is right and replaces the enrollment; counts a try when it is wrong. Returns the HMAC key, or null. */
    redeem: (request: EnrollmentRequest, now: number): Buffer | null =>
      state.transact(() => {
        const code = selectCode.get() as CodeRow | undefined;
        if (!code || code.expires_at < now || code.tries_left <= 0) {
          return null;
        }
        const key = Buffer.from(code.key, 'hex');
        if (!isSameProof(request.proof, proofOf(key, 'bridge', request))) {
          countTry.run();
          return null;
        }
        dropCode.run();
        add(request, now);
        return key;
      }),
    revoke: (by: string, now: number): EnrollmentRow | null =>
      state.transact(() => {
        const row = current();
        revokeAll.run(now, by);
        return row;
      }),
    /** False when the nonce was spent before. */
    spendNonce: (nonce: {id: string; expires_at: number}, enrollment: number, now: number): boolean =>
      state.transact(() => {
        purgeNonces.run(now);
        const isFirst = insertNonce.run(nonce.id, nonce.expires_at).changes === 1;
        return isFirst && setSeen.run(now, enrollment).changes > 0;
      }),
    /** What the Mattermost at the address last said that it is. */
    noteSighting: (enrollment: number, {site_url, diagnostic_id}: ServerIdentity, now: number) => {
      putSighting.run(enrollment, site_url, diagnostic_id, now);
      setSeen.run(now, enrollment);
    },
    sighting: (enrollment: number): ServerIdentity | null =>
      (selectSighting.get(enrollment) as ServerIdentity | undefined) ?? null,
    setDiffers: (enrollment: number, differs: boolean) => {
      setDiffers.run(differs ? 1 : 0, enrollment);
    },
  };
}
