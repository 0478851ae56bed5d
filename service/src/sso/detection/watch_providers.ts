import type {BridgeProbes, Detection, ProbeResult, Suspicion} from '@disaster-recovery/contract';
import type {Probe, ProbeTarget} from '../../engines/provider/port.ts';
import type {Clock} from '../../kernel/clock.ts';
import {asFailure} from '../../kernel/failure.ts';
import type {Logger} from '../../kernel/log.ts';
import type {State} from '../../kernel/state.ts';
import type {Ledger} from '../../ledger/index.ts';
import type {SsoEngines} from '../engines.ts';
import {isFlapping, nextTrack, transition, type ProviderTrack, type Thresholds} from './rules.ts';
import {createDetectionStore, type DetectionStore, type Owed, type StoredTrack} from './store.ts';

/** `sso.probe` of the companion's settings, as far as rounds need it. */
type ProbeSettings = Omit<SsoEngines['settings']['probe'], 'enabled' | 'controls'>;

export type ProviderWatchParts = {
  state: State;
  clock: Clock;
  ledger: Pick<Ledger, 'append'>;
  log: Logger;
  settings: ProbeSettings;
  /** What to ask; empty when no provider is switched on. May throw: then what was known before is asked. */
  targets(): Promise<ProbeTarget[]>;
  probe: Probe;
  controls(): Promise<boolean | null>;
  /** Null: no plugin is enrolled, or it does not answer. */
  bridgeProbes(): Promise<BridgeProbes | null>;
  /** The same judgement for what the bridge saw as for what the companion sees. */
  classify(probe: BridgeProbes['probes'][number], slowMs: number): Pick<ProbeResult, 'outcome' | 'message'>;
  /** `since`: of the first bad round of those that led there. */
  onSuspected(suspicion: Suspicion): Promise<void>;
  onRecovered(provider: string): Promise<void>;
};

/** Watches the providers and proposes. It changes nothing but its own memory and the ledger. */
export type ProviderWatch = {
  detection(): Detection;
  /** Asks everything once. Never throws for a provider; the signal ends it between its parts. */
  round(signal: AbortSignal): Promise<void>;
  /** Since when all providers have been well without a break; null when one is not, or when nobody has looked lately. */
  healthySince(now: number): number | null;
};

const COMPANION = {kind: 'system', id: 'companion', name: 'companion'} as const;
const RUNNING_INTERVALS = 3;
const RESULTS_KEPT_MS = 7 * 24 * 3_600_000;

export function createProviderWatch(parts: ProviderWatchParts): ProviderWatch {
  const store = createDetectionStore(parts.state);
  const thresholds = thresholdsOf(parts.settings);
  let known: ProbeTarget[] | null = null;

  async function round(signal: AbortSignal): Promise<void> {
    const isStopped = (): boolean => signal.aborted;
    known = await currentTargets(parts, known);
    if (known === null || isStopped()) {
      return;
    }
    const seen = await askAll(parts, known);
    // A round that is stopped is no evidence: what it asked may have been cut short.
    if (!isStopped()) {
      const providers = [...new Set(known.map(({provider}) => provider))];
      record(parts, {store, thresholds}, {...seen, providers});
      await tellOwed(parts, store);
    }
  }

  return {
    detection: () => readDetection(store, parts.settings, parts.clock.now()),
    round,
    healthySince: (now) => healthySince(store, thresholds, now),
  };
}

function thresholdsOf(settings: ProbeSettings): Thresholds {
  return {
    interval_ms: settings.interval_seconds * 1000,
    rounds_down: settings.rounds_down,
    minimum_down_ms: settings.minimum_down_seconds * 1000,
    rounds_up: settings.rounds_up,
    vantage_points: settings.vantage_points,
    flap_limit: settings.flap_limit,
  };
}

/** What is known of the providers, by any process that has the state. */
function readDetection(store: DetectionStore, settings: ProbeSettings, now: number): Detection {
  const thresholds = thresholdsOf(settings);
  const last = store.lastRound();
  const tracks = store.tracks().map(({track}) => track);
  const isFlappingNow = (track: ProviderTrack): boolean => isFlapping(track, now, thresholds.flap_limit);
  const down = tracks.find((track) => track.state === 'down' && !isFlappingNow(track));
  return {
    running: last !== null && isRecent(last.at, thresholds, now),
    last_round_at: last?.at ?? null,
    controls_ok: last?.controls_ok ?? null,
    providers: store.providers(),
    thresholds: {...thresholds, slow_ms: settings.slow_seconds * 1000, healthy_ms: settings.healthy_minutes * 60_000},
    proposal: down === undefined ? null : {provider: down.provider, since: down.since, message: down.message},
    flapping: tracks.some(isFlappingNow),
  };
}

function isRecent(at: number, {interval_ms: interval}: Thresholds, now: number): boolean {
  return now - at < RUNNING_INTERVALS * interval;
}

function healthySince(store: DetectionStore, thresholds: Thresholds, now: number): number | null {
  const last = store.lastRound();
  const tracks = store.tracks().map(({track}) => track);
  if (last === null || !isRecent(last.at, thresholds, now) || tracks.length === 0) {
    return null;
  }
  const since = tracks.map((track) =>
    track.rounds_up >= thresholds.rounds_up && track.last_round_at === last.at ? track.healthy_since : null,
  );
  return since.includes(null) ? null : Math.max(...since.filter((at) => at !== null));
}

async function currentTargets(
  {targets, log}: ProviderWatchParts,
  known: ProbeTarget[] | null,
): Promise<ProbeTarget[] | null> {
  try {
    return await targets();
  } catch (error) {
    log.warn(
      {code: asFailure(error).code, known: known?.length ?? 0},
      'The providers could not be read from the configuration of Mattermost; what was known before is asked.',
    );
    return known;
  }
}

type Seen = {at: number; results: ProbeResult[]; controls_ok: boolean | null; logins: BridgeProbes['logins']};

async function askAll(parts: ProviderWatchParts, targets: readonly ProbeTarget[]): Promise<Seen> {
  const options = {slowMs: parts.settings.slow_seconds * 1000, timeoutMs: parts.settings.timeout_seconds * 1000};
  const [own, bridge, controls] = await Promise.all([
    Promise.all(targets.map((target) => askOne(parts, target, options))),
    parts.bridgeProbes().catch((error: unknown) => {
      parts.log.debug({code: asFailure(error).code}, 'The bridge did not say what it sees of the providers.');
      return null;
    }),
    parts.controls().catch(() => false),
  ]);
  const at = parts.clock.now();
  const asked = new Set(targets.map(({provider}) => provider));
  const seen = (bridge?.probes ?? [])
    .filter(({provider}) => asked.has(provider))
    .map((probe): ProbeResult => {
      const {outcome, message} = parts.classify(probe, options.slowMs);
      return {
        at,
        provider: probe.provider,
        probe: probe.probe,
        vantage: 'bridge',
        outcome,
        message: `Asked for ${probe.probe}, the provider ${message}.`,
        ms: probe.ms,
      };
    });
  return {
    at,
    results: [...own.map((result): ProbeResult => ({at, vantage: 'companion', ...result})), ...seen],
    controls_ok: controls,
    logins: bridge?.logins ?? [],
  };
}

/** A probe that itself breaks is no sign of an outage. */
async function askOne(
  {probe, log}: ProviderWatchParts,
  target: ProbeTarget,
  options: Parameters<Probe>[1],
): ReturnType<Probe> {
  try {
    return await probe(target, options);
  } catch (error) {
    log.error(
      {provider: target.provider, probe: target.probe, reason: error instanceof Error ? error.name : typeof error},
      'A probe could not be made.',
    );
    return {
      provider: target.provider,
      probe: target.probe,
      outcome: 'inconclusive',
      message: 'The probe could not be made.',
      ms: 0,
    };
  }
}

/** Everything of one round in one transaction: results, tracks, ledger. */
function record(
  parts: ProviderWatchParts,
  {store, thresholds}: {store: DetectionStore; thresholds: Thresholds},
  seen: Seen & {providers: readonly string[]},
): void {
  const {at, results, controls_ok: controls, logins, providers} = seen;
  parts.state.transact(() => {
    const before = new Map(store.tracks().map((stored) => [stored.track.provider, stored]));
    store.addResults(results, at - RESULTS_KEPT_MS);
    for (const provider of providers) {
      const lastLogin =
        Math.max(0, ...logins.filter(({service}) => service === provider).map(({last_at: last}) => last)) || null;
      const evidence = results.filter((result) => result.provider === provider);
      const stored = before.get(provider) ?? null;
      const track = nextTrack(
        stored?.track ?? null,
        {provider, at, results: evidence, controls_ok: controls, last_login_at: lastLogin},
        thresholds,
      );
      store.putTrack(afterRound(parts, stored, {track, evidence, flapLimit: thresholds.flap_limit}));
    }
    for (const [provider, stored] of before) {
      if (!providers.includes(provider)) {
        dropProvider(parts, store, stored);
      }
    }
    store.noteRound({at, controls_ok: controls});
  });
}

function afterRound(
  {ledger, log}: ProviderWatchParts,
  stored: StoredTrack | null,
  {track, evidence, flapLimit}: {track: ProviderTrack; evidence: ProbeResult[]; flapLimit: number},
): StoredTrack {
  const change = transition(stored?.track ?? null, track);
  if (change === null) {
    return {track, proposed: stored?.proposed ?? false, owed: stored?.owed ?? null};
  }
  const flapping = isFlapping(track, track.last_round_at, flapLimit);
  const {provider, state, message} = track;
  ledger.append(`sso.${change}`, COMPANION, {provider, state, message, flapping, evidence});
  log.warn(
    {provider, state, flapping},
    change === 'suspected' ? 'An outage of a provider is suspected.' : 'A provider is no longer down.',
  );
  const proposed = change === 'suspected' && !flapping;
  return {track, proposed, owed: owedAfter(change, stored, proposed)};
}

function owedAfter(change: 'suspected' | 'recovered', stored: StoredTrack | null, proposed: boolean): Owed {
  if (change === 'suspected') {
    return proposed ? 'suspected' : null;
  }
  // Whoever was never told of the outage need not hear of its end.
  return stored?.proposed === true && stored.owed !== 'suspected' ? 'recovered' : null;
}

/** A provider that was switched off is watched no longer; a proposal about it is void. */
function dropProvider({ledger}: ProviderWatchParts, store: DetectionStore, stored: StoredTrack): void {
  const {provider, state} = stored.track;
  if (state !== 'down' && stored.owed === null) {
    store.forget(provider);
    return;
  }
  const message = 'It is switched off in the configuration of Mattermost, so it is watched no longer.';
  if (state === 'down') {
    ledger.append('sso.recovered', COMPANION, {provider, state: 'unknown', message, flapping: false, evidence: []});
  }
  const owed = state === 'down' ? owedAfter('recovered', stored, false) : stored.owed;
  // Kept until the administrators were told; the next round forgets it.
  const track: ProviderTrack = {
    ...stored.track,
    state: 'unknown',
    message,
    rounds_down: 0,
    rounds_up: 0,
    rounds_repair: 0,
    first_bad_at: null,
    healthy_since: null,
  };
  store.putTrack({track, proposed: false, owed});
}

/** Tells what is not told yet. What fails is told after the next round. */
async function tellOwed(parts: ProviderWatchParts, store: DetectionStore): Promise<void> {
  for (const {
    track: {provider, message, since, first_bad_at: firstBad},
    owed,
  } of store.tracks()) {
    if (owed === null) {
      continue;
    }
    try {
      await (owed === 'suspected'
        ? parts.onSuspected({provider, since: firstBad ?? since, message})
        : parts.onRecovered(provider));
      store.settle(provider, owed);
    } catch (error) {
      parts.log.warn(
        {provider, code: asFailure(error).code},
        'The administrators could not be told about a provider; it is tried again.',
      );
    }
  }
}
