import type {KeyObject} from 'node:crypto';
import {
  FAILURES,
  type Actor,
  type BridgeToken,
  type EnrollmentCode,
  type EnrollmentReply,
  type EnrollmentRequest,
  type EnrollmentState,
} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {codeKey, newReadableCode, proofOf} from './code.ts';
import {keyId, loadIdentity, publicKeyObject, type Identity} from './identity.ts';
import {differenceOf, requireOrigin, type Confirm, type Obstacle, type ServerIdentity} from './origin.ts';
import {createEnrollmentStore, type EnrollmentRow, type EnrollmentStore} from './store.ts';
import {checkToken, nonceExpiry, signToken, type SignedRequest} from './token.ts';

const CODE_LIFETIME_MS = 10 * 60 * 1000;
const CODE_TRIES = 5;
const ANOTHER_SERVER: Obstacle = {
  message: 'Another Mattermost answers than the one that was enrolled.',
  remedy: FAILURES.COMPANION_READ_ONLY.remedy,
};
const SYSTEM: Actor = {kind: 'system', id: 'companion', name: 'companion'};

export type Enrollment = {
  companionId: string;
  /** Makes a code good for ten minutes, one use and five tries; an older code dies. */
  newCode(url: string, tlsPin: string | null): EnrollmentCode;
  /** Trades keys with a bridge that knows the code; replaces the former bridge. @throws Failure ENROLMENT_CODE_WRONG, USAGE_INVALID */
  enroll(request: EnrollmentRequest): EnrollmentReply;
  /** Forgets the bridge. @throws Failure NOT_ENROLLED */
  revoke(by: Actor): void;
  state(): EnrollmentState;
  /** Who a signed request comes from. @throws Failure NOT_ENROLLED, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REPLAYED, NOT_SYSTEM_ADMIN, COMPANION_READ_ONLY */
  authenticate(request: SignedRequest & {token: string}): Promise<Actor>;
  /** That a signed request comes from the enrolled bridge, whoever asked it. @throws Failure NOT_ENROLLED, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REPLAYED, COMPANION_READ_ONLY */
  authenticateBridge(request: SignedRequest & {token: string}): Promise<void>;
  /** A token for a request to the bridge. @throws Failure NOT_ENROLLED */
  sign(request: SignedRequest): Promise<string>;
  /** The site URL told at enrollment. */
  siteUrl(): string | null;
  /** Compares who answers with who enrolled: a restored or cloned server makes the companion read-only. */
  noteIdentity(seen: ServerIdentity): void;
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable(): void;
};

export type EnrollmentParts = {
  state: State;
  clock: Clock;
  ledger: Ledger;
  version: string;
  log?: Logger;
  confirm: Confirm;
};

/** Opens the companion's identity, making it at first use. */
export async function createEnrollment(parts: EnrollmentParts): Promise<Enrollment> {
  const {state, clock, ledger, log} = parts;
  const store = createEnrollmentStore(state);
  const identity = await loadIdentity(state, clock);
  if (identity.isNew && store.revoke(SYSTEM.name, clock.now())) {
    ledger.append('enrolment.revoked', SYSTEM, {reason: 'the private key of the companion was lost'});
    log?.warn('The private key of the companion was lost; a new one was made. Mattermost must be enrolled again.');
  }
  return {
    companionId: identity.companionId,
    newCode: (url, tlsPin) => ({...newCode(store, clock), url, tls_pin: tlsPin}),
    enroll: (request) => enroll(parts, {store, identity}, request),
    revoke: (by) => {
      revoke(parts, store, by);
    },
    state: () => shownState(store),
    authenticate: (request) => authenticate(parts, {store, identity}, request),
    authenticateBridge: async (request) => {
      const proven = await proveBridge({store, identity}, request, clock.now());
      await requireServer(parts, proven, request);
    },
    sign: async (request) => {
      needCurrent(store);
      return signToken(request, {...identity, kid: keyId(identity.publicKey)}, clock.now());
    },
    siteUrl: () => store.current()?.site_url || null,
    noteIdentity: (seen) => {
      noteIdentity(parts, store, seen);
    },
    requireWritable: () => {
      requireWritable(store);
    },
  };
}

function newCode(store: EnrollmentStore, clock: Clock): Pick<EnrollmentCode, 'code' | 'expires_at'> {
  const code = newReadableCode();
  const expiresAt = clock.now() + CODE_LIFETIME_MS;
  store.putCode(codeKey(code), expiresAt, CODE_TRIES);
  return {code, expires_at: expiresAt};
}

function enroll(
  {ledger, clock, version}: EnrollmentParts,
  {store, identity}: Sides,
  request: EnrollmentRequest,
): EnrollmentReply {
  needPublicKey(request.public_key);
  const key = store.redeem(request, clock.now());
  if (!key) {
    throw new Failure('ENROLMENT_CODE_WRONG', 'No code that is alive fits this proof.');
  }
  const {site_url, diagnostic_id, server_version, plugin_version} = request;
  ledger.append(
    'enrolment.added',
    {kind: 'mattermost', id: request.actor, name: request.actor},
    {kid: keyId(request.public_key), site_url, diagnostic_id, server_version, plugin_version},
  );
  return {
    companion_id: identity.companionId,
    public_key: identity.publicKey,
    proof: proofOf(key, 'companion', {public_key: identity.publicKey, nonce: request.nonce}),
    version,
  };
}

function needPublicKey(raw: string): KeyObject {
  try {
    return publicKeyObject(raw);
  } catch (cause) {
    throw new Failure('USAGE_INVALID', 'public_key is not an Ed25519 key.', {cause});
  }
}

function revoke({ledger, clock}: EnrollmentParts, store: EnrollmentStore, by: Actor): void {
  const row = store.revoke(by.name, clock.now());
  if (!row) {
    throw notEnrolled();
  }
  ledger.append('enrolment.revoked', by, {kid: row.kid, site_url: row.site_url});
}

/** Who the companion is, and whom it knows. */
type Sides = {store: EnrollmentStore; identity: Identity};
type Signed = SignedRequest & {token: string};
type Proven = {row: EnrollmentRow; token: BridgeToken};

/** The token of a request that holds the key of the enrolled bridge, its nonce spent. A copy of the server holds that key too. */
async function proveBridge({store, identity: {companionId}}: Sides, request: Signed, now: number): Promise<Proven> {
  const row = needCurrent(store);
  const token = await checkToken(request, {bridgeKey: publicKeyObject(row.public_key), companionId}, now);
  if (!store.spendNonce({id: token.jti, expires_at: nonceExpiry(token)}, row.id, now)) {
    throw new Failure('TOKEN_REPLAYED', 'The nonce of this token was seen before.');
  }
  return {row, token};
}

async function authenticate(parts: EnrollmentParts, sides: Sides, request: Signed): Promise<Actor> {
  const proven = await proveBridge(sides, request, parts.clock.now());
  const {actor} = proven.token;
  if (actor?.system_admin !== true) {
    throw new Failure('NOT_SYSTEM_ADMIN', 'The bridge does not vouch for a system administrator.');
  }
  await requireServer(parts, proven, request);
  return {kind: 'mattermost', id: actor.user_id, name: actor.username};
}

/** Looking is open to a copy of the server, everything else to the server alone. @throws Failure COMPANION_READ_ONLY */
async function requireServer({confirm, log}: EnrollmentParts, {row, token}: Proven, {method, token: text}: Signed) {
  if (method === 'GET') {
    return;
  }
  try {
    await requireOrigin(row, {token, text}, confirm);
  } catch (error) {
    log?.warn(
      {site_url: token.site_url, diagnostic_id: token.diagnostic_id, asked: `${method} ${token.path}`, err: error},
      'A request was refused, because it is not known to come from the enrolled Mattermost.',
    );
    throw error;
  }
}

function noteIdentity({ledger, log, clock}: EnrollmentParts, store: EnrollmentStore, seen: ServerIdentity): void {
  const row = store.current();
  if (!row) {
    return;
  }
  const differs = differenceOf(row, seen) !== null;
  store.noteSighting(row.id, seen, clock.now());
  if (differs === (row.differs === 1)) {
    return;
  }
  store.setDiffers(row.id, differs);
  ledger.append(differs ? 'enrolment.identity_differs' : 'enrolment.identity_matches', SYSTEM, {
    kid: row.kid,
    enrolled: pick(row),
    seen: pick(seen),
  });
  log?.warn(
    {enrolled: pick(row), seen: pick(seen)},
    differs
      ? 'Another Mattermost answers than the enrolled one; the companion is read-only.'
      : 'The enrolled Mattermost answers again.',
  );
}

function pick({site_url, diagnostic_id}: ServerIdentity): ServerIdentity {
  return {site_url, diagnostic_id};
}

/** Why nothing may be changed; null when the enrolled server answers at its address. */
function obstacleOf(store: EnrollmentStore, row: EnrollmentRow): Obstacle | null {
  if (row.differs !== 1) {
    return null;
  }
  const seen = store.sighting(row.id);
  const {message, remedy} = (seen && differenceOf(row, seen)) ?? ANOTHER_SERVER;
  return {message, remedy};
}

function requireWritable(store: EnrollmentStore): void {
  const row = store.current();
  const obstacle = row && obstacleOf(store, row);
  if (obstacle) {
    throw new Failure('COMPANION_READ_ONLY', obstacle.message, {remedy: obstacle.remedy});
  }
}

function shownState(store: EnrollmentStore): EnrollmentState {
  const row = store.current();
  if (!row) {
    return {state: 'none', site_url: null, enrolled_at: null, enrolled_by: null, last_seen_at: null};
  }
  const obstacle = obstacleOf(store, row);
  return {
    state: obstacle ? 'read_only' : 'enrolled',
    site_url: row.site_url,
    enrolled_at: row.enrolled_at,
    enrolled_by: row.enrolled_by,
    last_seen_at: row.last_seen_at,
    ...(obstacle && {read_only_because: obstacle}),
  };
}

function needCurrent(store: EnrollmentStore): EnrollmentRow {
  const row = store.current();
  if (!row) {
    throw notEnrolled();
  }
  return row;
}

function notEnrolled(): Failure {
  return new Failure('NOT_ENROLLED', 'No Mattermost server is enrolled here.');
}
