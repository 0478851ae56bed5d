import type {BridgeProbes, ProbeClass} from '@disaster-recovery/contract';

export type Verdict = {outcome: ProbeClass; message: string};

/** What came back, whoever asked. `body` is null where only the status is known. */
export type Answer = {
  /** HTTP status, or 0 when none came. */
  status: number;
  /** As in the contract's BridgeProbes: empty when a status came. */
  error: string;
  ms: number;
  body: {kind: 'json' | 'html' | 'other'; oauth_error: string | null; is_valid: boolean} | null;
  /** `error` of the address that an authorize answer leads to. */
  redirect_error: string | null;
};

const NO_ANSWER: Record<string, Verdict> = {
  timeout: {outcome: 'unreachable', message: 'did not answer in time'},
  refused: {outcome: 'unreachable', message: 'refused the connection or broke it off'},
  dns: {outcome: 'unreachable', message: 'has no address: its name could not be resolved'},
  tls_expired: {outcome: 'tls_expired', message: 'has a TLS certificate that has run out'},
  tls: {outcome: 'misconfigured', message: 'has a TLS certificate or TLS settings that are not accepted here'},
};

/** The provider's own word for "we are down" (RFC 6749, 4.1.2.1). */
const DOWN_ERRORS: readonly string[] = ['server_error', 'temporarily_unavailable'];
/** Errors that say that what Mattermost is set to does not fit what the provider knows. A bogus code is answered with others. */
const SETUP_ERRORS: readonly string[] = [
  'invalid_redirect_uri',
  'redirect_uri_mismatch',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
];

/** One verdict for one answer; the same for the companion and the bridge. */
export function classifyAnswer(probe: string, answer: Answer, slowMs: number): Verdict {
  if (answer.error !== '' || answer.status === 0) {
    return NO_ANSWER[answer.error] ?? {outcome: 'unreachable', message: 'could not be asked'};
  }
  const verdict = byStatus(answer.status) ?? byProbe(probe, answer);
  return verdict.outcome === 'ok' && answer.ms > slowMs
    ? {outcome: 'slow', message: `answered after ${(answer.ms / 1000).toFixed(1)} s`}
    : verdict;
}

/** What the bridge saw: a status or the kind of a failure. */
export function classifyBridgeProbe(probe: BridgeProbes['probes'][number], slowMs: number): Verdict {
  return classifyAnswer(
    probe.probe,
    {status: probe.status, error: probe.error, ms: probe.ms, body: null, redirect_error: null},
    slowMs,
  );
}

function byStatus(status: number): Verdict | null {
  if (status >= 500) {
    return {outcome: 'server_error', message: `answers with the error ${status}`};
  }
  return status === 429 ? {outcome: 'inconclusive', message: 'answers 429: it is asked too often'} : null;
}

function byProbe(probe: string, answer: Answer): Verdict {
  switch (probe) {
    case 'token':
      return byToken(answer);
    case 'userinfo':
      return byUserinfo(answer);
    case 'discovery':
    case 'metadata':
      return byDocument(probe, answer);
    default:
      return byFrontDoor(answer);
  }
}

const isAlive = ({status}: Answer): Verdict => ({outcome: 'ok', message: `answers ${status} as it does when it lives`});
const isRejecting = ({status}: Answer): Verdict => ({outcome: 'rejecting', message: `refuses us with ${status}`});
const isGone = ({status}: Answer): Verdict => ({
  outcome: 'misconfigured',
  message: `answers ${status}: there is nothing at this address`,
});
const isUnclear = ({status}: Answer): Verdict => ({
  outcome: 'inconclusive',
  message: `answers ${status}, which proves nothing`,
});
const byOauthError = (error: string | null | undefined): Verdict | null => {
  if (error === null || error === undefined) {
    return null;
  }
  if (DOWN_ERRORS.includes(error)) {
    return {outcome: 'server_error', message: `answers with the error ${error}`};
  }
  return SETUP_ERRORS.includes(error)
    ? {outcome: 'misconfigured', message: `answers ${error}: what Mattermost is set to does not fit`}
    : null;
};

function isMissing(status: number): boolean {
  return status === 404 || status === 410;
}

/** A sign-in page, or the way to it. Any page of a living front door will do, also one that complains about our bare request. */
function byFrontDoor(answer: Answer): Verdict {
  if (answer.status === 401 || answer.status === 403) {
    return isRejecting(answer);
  }
  if (isMissing(answer.status)) {
    return isGone(answer);
  }
  return byOauthError(answer.redirect_error ?? answer.body?.oauth_error) ?? isAlive(answer);
}

/** A bogus code: a token service that runs its logic must refuse it in its own words. */
function byToken(answer: Answer): Verdict {
  const {status, body} = answer;
  if (status === 403) {
    return isRejecting(answer);
  }
  if (isMissing(status)) {
    return isGone(answer);
  }
  if (status < 300 && body?.kind === 'html') {
    // Mattermost fails at exactly this ("Bad response from token request"), so people are locked out.
    return {outcome: 'server_error', message: `answers ${status} with a page where a token service must answer`};
  }
  if (status === 405) {
    return body === null ? isAlive(answer) : isGone(answer);
  }
  if (body === null) {
    return status === 400 || status === 401 ? isAlive(answer) : isUnclear(answer);
  }
  return (
    byOauthError(body.oauth_error) ?? (body.oauth_error !== null && status < 500 ? isAlive(answer) : isUnclear(answer))
  );
}

function byUserinfo(answer: Answer): Verdict {
  if (isMissing(answer.status)) {
    return isGone(answer);
  }
  return answer.status < 300 && answer.body?.kind !== 'json' ? isUnclear(answer) : isAlive(answer);
}

function byDocument(probe: string, answer: Answer): Verdict {
  if (answer.status === 401 || answer.status === 403) {
    return isRejecting(answer);
  }
  if (isMissing(answer.status)) {
    return isGone(answer);
  }
  if (answer.status !== 200) {
    return isUnclear(answer);
  }
  if (answer.body === null || answer.body.is_valid) {
    return {outcome: 'ok', message: `answers 200 with its ${probe}`};
  }
  // A page with status 200 is what outages and captive networks show; only a document can be wrong.
  return answer.body.kind === 'html'
    ? isUnclear(answer)
    : {outcome: 'misconfigured', message: `answers 200, but not with a ${probe} document`};
}
