import {ProbeClass, type ProbeResult} from '@disaster-recovery/contract';
import {z} from 'zod';

/** What is remembered of a provider from round to round. */
export const ProviderTrack = z.object({
  provider: z.string(),
  state: z.enum(['up', 'degraded', 'down', 'unknown']),
  /** Since when it is in this state. */
  since: z.number(),
  /** Of the newest round. */
  outcome: ProbeClass,
  message: z.string(),
  last_round_at: z.number(),
  rounds_down: z.number().int(),
  rounds_up: z.number().int(),
  /** Rounds in a row in which it answered, but needs a repair. */
  rounds_repair: z.number().int(),
  /** Of the bad rounds in a row; null when the newest was not one. While it is down: of those that led there. */
  first_bad_at: z.number().nullable(),
  /** Since when every round was good; null when the newest was not. */
  healthy_since: z.number().nullable(),
  last_login_at: z.number().nullable(),
  /** When it went down within the last 24 hours. */
  changes_at: z.array(z.number()),
});
export type ProviderTrack = z.infer<typeof ProviderTrack>;

/** One round, of one provider. `controls_ok` null: no control address is configured. */
export type Round = {
  provider: string;
  at: number;
  results: readonly ProbeResult[];
  controls_ok: boolean | null;
  last_login_at: number | null;
};

export type Thresholds = {
  interval_ms: number;
  rounds_down: number;
  minimum_down_ms: number;
  rounds_up: number;
  vantage_points: number;
  flap_limit: number;
};

const DAY_MS = 24 * 3_600_000;
/** A machine that slept, or a companion that was stopped, has seen nothing in between. */
const GAP_INTERVALS = 5;
/** A round that waits for a hung provider is no gap. The bridge is patient for 10 s (server-bridge/probes.go). */
const LONGEST_ROUND_MS = 20_000;

const BAD: readonly ProbeClass[] = ['unreachable', 'server_error', 'slow'];
const REPAIR: readonly ProbeClass[] = ['tls_expired', 'key_mismatch', 'misconfigured', 'rejecting'];
/** Worst first. `rejecting` is before `slow`: a refusal must never lead to a proposal because it came late. */
const WORST: readonly ProbeClass[] = [
  'unreachable',
  'server_error',
  'tls_expired',
  'key_mismatch',
  'misconfigured',
  'rejecting',
  'slow',
  'local_network',
  'inconclusive',
  'ok',
];

/** `noted`: people can sign in, and something beside it is not right. */
type Kind = 'bad' | 'partly' | 'repair' | 'noted' | 'good' | 'unknown' | 'local_network';
type RoundVerdict = {kind: Kind; outcome: ProbeClass; message: string};
/** What a round does to a track, apart from what every round does. */
type Step = Pick<ProviderTrack, 'state' | 'rounds_down' | 'rounds_up' | 'rounds_repair' | 'first_bad_at'>;

/** The next track. Pure: the whole policy of detection is here. Nothing is called down for want of data. */
export function nextTrack(previous: ProviderTrack | null, round: Round, thresholds: Thresholds): ProviderTrack {
  const verdict = judge(round, thresholds.vantage_points);
  const before = afterGap(previous, round, thresholds.interval_ms) ?? beginning(round);
  const login = Math.max(round.last_login_at ?? 0, before.last_login_at ?? 0) || null;
  const judged = STEPS[verdict.kind](before, round.at, thresholds);
  const step = isGood(verdict) ? judged : afterLogin(before, judged, login);
  const wentDown = step.state === 'down' && before.state !== 'down';
  return {
    ...step,
    provider: round.provider,
    since: step.state === before.state ? before.since : round.at,
    outcome: verdict.outcome,
    message: verdict.message,
    last_round_at: round.at,
    healthy_since: isGood(verdict) ? (before.healthy_since ?? round.at) : null,
    last_login_at: login,
    changes_at: [...before.changes_at.filter((at) => round.at - at < DAY_MS), ...(wentDown ? [round.at] : [])],
  };
}

/** What has to be told: an outage began to be suspected, or is no longer. */
export function transition(previous: ProviderTrack | null, next: ProviderTrack): 'suspected' | 'recovered' | null {
  const [was, is] = [previous?.state === 'down', next.state === 'down'];
  return was === is ? null : is ? 'suspected' : 'recovered';
}

/** Down more often than the limit in 24 hours: only a person can tell what that means. */
export function isFlapping(track: ProviderTrack, now: number, limit: number): boolean {
  return track.changes_at.filter((at) => now - at < DAY_MS).length > limit;
}

function beginning({provider, at}: Round): ProviderTrack {
  return {
    provider,
    state: 'unknown',
    since: at,
    outcome: 'inconclusive',
    message: '',
    last_round_at: at,
    rounds_down: 0,
    rounds_up: 0,
    rounds_repair: 0,
    first_bad_at: null,
    healthy_since: null,
    last_login_at: null,
    changes_at: [],
  };
}

function afterGap(previous: ProviderTrack | null, {at}: Round, interval: number): ProviderTrack | null {
  const isGap =
    previous !== null &&
    (at - previous.last_round_at > GAP_INTERVALS * interval + LONGEST_ROUND_MS || at < previous.last_round_at);
  return isGap
    ? {...previous, rounds_down: 0, rounds_up: 0, rounds_repair: 0, first_bad_at: null, healthy_since: null}
    : previous;
}

const BROKEN_OFF = {rounds_down: 0, rounds_up: 0, rounds_repair: 0, first_bad_at: null} as const;

const STEPS: Record<Kind, (before: ProviderTrack, at: number, thresholds: Thresholds) => Step> = {
  bad: (before, at, {rounds_down: needed, minimum_down_ms: minimum}) => {
    const rounds = before.rounds_down + 1;
    const first = before.first_bad_at ?? at;
    const isDown = before.state === 'down' || (rounds >= needed && at - first >= minimum);
    return {
      state: isDown ? 'down' : 'degraded',
      rounds_down: rounds,
      rounds_up: 0,
      rounds_repair: 0,
      first_bad_at: first,
    };
  },
  good: (before, _at, thresholds) => goodStep('up', before, thresholds),
  noted: (before, _at, thresholds) => goodStep('degraded', before, thresholds),
  // It answers, so it is not down; yet that is believed only when it lasts, as for any other end of an outage.
  repair: (before, _at, {rounds_up: needed}) => {
    const rounds = before.rounds_repair + 1;
    const isDown = before.state === 'down' && rounds < needed;
    return {
      ...BROKEN_OFF,
      state: isDown ? 'down' : 'degraded',
      rounds_repair: rounds,
      first_bad_at: isDown ? before.first_bad_at : null,
    };
  },
  partly: (before) => ({
    ...BROKEN_OFF,
    state: before.state === 'down' ? 'down' : 'degraded',
    first_bad_at: whileDown(before),
  }),
  unknown: (before) => ({
    ...BROKEN_OFF,
    state: before.state === 'down' ? 'down' : 'unknown',
    first_bad_at: whileDown(before),
  }),
  // We are cut off: nothing was learnt, so the counters stand still.
  local_network: (before) => ({...before, state: before.state === 'down' ? 'down' : 'unknown'}),
};

function goodStep(state: 'up' | 'degraded', before: ProviderTrack, {rounds_up: needed}: Thresholds): Step {
  const rounds = before.rounds_up + 1;
  return {
    ...BROKEN_OFF,
    state: rounds >= needed ? state : before.state,
    rounds_up: rounds,
    first_bad_at: whileDown(before),
  };
}

function isGood({kind}: RoundVerdict): boolean {
  return kind === 'good' || kind === 'noted';
}

function whileDown(before: ProviderTrack): number | null {
  return before.state === 'down' ? before.first_bad_at : null;
}

/** People do get in: whatever the probes say, this is no outage. Probes can be wrong, a sign-in cannot. */
function afterLogin(before: ProviderTrack, step: Step, login: number | null): Step {
  const first = step.first_bad_at ?? (before.state === 'down' ? before.since : null);
  if (login === null || first === null || login <= first) {
    return step;
  }
  return {...BROKEN_OFF, state: 'degraded'};
}

const CUT_OFF: RoundVerdict = {
  kind: 'local_network',
  outcome: 'local_network',
  message: 'No control address answers: the network here is cut off, so nothing is said of the provider.',
};

function judge(round: Round, vantagePoints: number): RoundVerdict {
  if (round.controls_ok === false) {
    return CUT_OFF;
  }
  const views = viewsOf(round);
  const known = views.filter(({outcome}) => outcome !== 'inconclusive');
  const worst = worstOf(known) ?? views[0];
  if (worst === undefined || known.length === 0) {
    return {kind: 'unknown', outcome: 'inconclusive', message: worst?.message ?? 'Nobody could ask it.'};
  }
  return (
    judgeBad(known, round.provider === 'ldap' ? 1 : vantagePoints) ??
    judgeRepair(known) ??
    sideNotes(round, worst.message)
  );
}

/** `needed` is 1 for a directory: the bridge does not speak LDAP, so one vantage point is all there can be. */
function judgeBad(known: readonly ProbeResult[], needed: number): RoundVerdict | null {
  const bad = known.filter(({outcome}) => BAD.includes(outcome));
  const worst = worstOf(bad);
  if (worst === undefined) {
    return null;
  }
  const {outcome, message, vantage} = worst;
  return bad.length >= needed
    ? {kind: 'bad', outcome, message}
    : {kind: 'partly', outcome, message: `Seen from the ${vantage} alone: ${message}`};
}

function judgeRepair(results: readonly ProbeResult[]): RoundVerdict | null {
  const worst = worstOf(results.filter(({outcome}) => REPAIR.includes(outcome)));
  return worst === undefined
    ? null
    : {kind: 'repair', outcome: worst.outcome, message: `This needs a repair and is no outage: ${worst.message}`};
}

/** What only describes the provider (metadata, discovery) is no way in, and a spare host is not the only one: their failure is worth a word and no more. */
function sideNotes(round: Round, message: string): RoundVerdict {
  const failed = round.results.filter(({outcome}) => outcome !== 'ok' && outcome !== 'inconclusive');
  // Mattermost refuses what is signed with a key that it does not know.
  const key = judgeRepair(failed.filter(({outcome}) => outcome === 'key_mismatch'));
  if (key !== null) {
    return key;
  }
  const note = worstOf(failed);
  return note === undefined
    ? {kind: 'good', outcome: 'ok', message}
    : {kind: 'noted', outcome: note.outcome, message: `People can sign in, but: ${note.message}`};
}

/** What each vantage point sees: the worst of its probes. A directory of several hosts is as good as its best. */
function viewsOf(round: Round): ProbeResult[] {
  const byVantage = Map.groupBy(
    round.results.filter(({probe}) => !isSide(probe, round)),
    ({vantage}) => vantage,
  );
  return [...byVantage.values()].flatMap((results) => {
    const hosts = results.filter(({probe}) => probe.startsWith('ldap:')).toSorted(byWorst);
    return worstOf([...results.filter(({probe}) => !probe.startsWith('ldap:')), ...hosts.slice(-1)]) ?? [];
  });
}

function isSide(probe: string, {results}: Round): boolean {
  return (
    (probe === 'metadata' || probe === 'discovery') &&
    results.some((other) => other.probe !== 'metadata' && other.probe !== 'discovery')
  );
}

const byWorst = (a: ProbeResult, b: ProbeResult): number => WORST.indexOf(a.outcome) - WORST.indexOf(b.outcome);

function worstOf(results: readonly ProbeResult[]): ProbeResult | undefined {
  return results.toSorted(byWorst)[0];
}
