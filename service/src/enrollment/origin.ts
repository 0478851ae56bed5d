import type {BridgeToken} from '@disaster-recovery/contract';
import {sha256} from '../kernel/canonical_json.ts';
import {asFailure, Failure} from '../kernel/failure.ts';

/** Which Mattermost a database and its configuration say that they are. A copy of both says the same. */
export type ServerIdentity = {site_url: string; diagnostic_id: string};

/** Asks the Mattermost at the address that the companion knows whether it signed this request itself. */
export type Confirm = (request: {nonce: string; token_sha256: string}) => Promise<boolean>;

export type Obstacle = {message: string; remedy: string};

type Difference = Obstacle & {reason: 'site_url_missing' | 'another_database' | 'site_url_differs'};

const COPY = 'If this is a copy of the server, leave it as it is: it may look and change nothing.';
const ENROLL_AGAIN =
  'run `drctl enroll` on the companion and enroll this server again; the server that was enrolled before is then forgotten.';

/** How a server differs from the enrolled one; null when it says that it is the same. What is empty differs. */
export function differenceOf(enrolled: ServerIdentity, seen: ServerIdentity): Difference | null {
  if (comparableUrl(seen.site_url) === '' || comparableUrl(enrolled.site_url) === '') {
    return {
      reason: 'site_url_missing',
      message: `The Mattermost that asks has no site URL; ${enrolled.site_url || 'a server without one'} was enrolled.`,
      remedy: `${COPY} If it is the server itself, set its site URL and ${ENROLL_AGAIN}`,
    };
  }
  if (seen.diagnostic_id === '' || seen.diagnostic_id !== enrolled.diagnostic_id) {
    return {
      reason: 'another_database',
      message: `The Mattermost that asks has the database ${seen.diagnostic_id || '(unnamed)'}; ${enrolled.diagnostic_id} was enrolled.`,
      remedy: `If the server was set up anew or restored from another server's set, ${ENROLL_AGAIN}`,
    };
  }
  if (comparableUrl(seen.site_url) !== comparableUrl(enrolled.site_url)) {
    return {
      reason: 'site_url_differs',
      message: `The Mattermost that asks has the site URL ${seen.site_url}; ${enrolled.site_url} was enrolled.`,
      remedy: `${COPY} If you changed the site URL of the server, ${ENROLL_AGAIN}`,
    };
  }
  return null;
}

/**
 * That a request comes from the enrolled server and from no copy of it. Key, site URL and diagnostic id travel with a copy of the
 * database; being reached at the server's address does not, so the server there must say that it signed this request.
 * @throws Failure COMPANION_READ_ONLY, with `details.reason`
 */
export async function requireOrigin(
  enrolled: ServerIdentity,
  request: {token: BridgeToken; text: string},
  confirm: Confirm,
): Promise<void> {
  const difference = differenceOf(enrolled, request.token);
  if (difference) {
    throw readOnly(difference);
  }
  let confirmed: boolean;
  try {
    confirmed = await confirm({nonce: request.token.jti, token_sha256: sha256(request.text)});
  } catch (error) {
    throw readOnly({
      reason: 'not_confirmed',
      message: `Whether the request comes from the enrolled server or from a copy of it could not be asked: ${asFailure(error).message}`,
      remedy:
        'See that the companion reaches Mattermost at `mattermost.url` of its configuration (without it: at the site URL), and that the plugin there has the version of the companion: `drctl doctor`. `drctl` on the companion works meanwhile.',
    });
  }
  if (!confirmed) {
    throw readOnly({
      reason: 'signed_elsewhere',
      message: `The Mattermost at the address of ${enrolled.site_url} did not sign this request; it comes from a copy of it.`,
      remedy: `${COPY} If the server moved, let \`mattermost.url\` of the companion (without it: the site URL) lead to where it is now.`,
    });
  }
}

function readOnly({reason, message, remedy}: Obstacle & {reason: string}): Failure {
  return new Failure('COMPANION_READ_ONLY', message, {remedy, details: {reason}});
}

function comparableUrl(url: string): string {
  return url.trim().replace(/\/+$/, '').toLowerCase();
}
