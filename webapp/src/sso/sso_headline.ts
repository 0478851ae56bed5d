import type {Forecast, ProviderState, ReturnList, SsoStatus, WaitingFor} from '@disaster-recovery/contract';
import type {Message, Value} from '../i18n/say.tsx';
import type {Tone} from '../components/tone.ts';

export type SsoAction = 'declare' | 'extend' | 'let_in' | 'switch_back' | 'close';

/** Where we stand in one sentence, what belongs to it, and the one thing to do next. */
export type SsoHeadline = {tone: Tone; title: Message; detail: Message | string | null; next: SsoAction | null};

/** A switch back that runs. `waiting`: one person must sign in through the provider first; null: it goes on. */
export type WayBack = {waiting: WaitingFor | null};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SOON = 8 * HOUR;

const PROVIDERS = ['gitlab', 'google', 'office365', 'openid', 'saml', 'ldap'] as const;

/** Server's word for a provider → how people call it. */
export function providerName(service: string): Value {
  const known = PROVIDERS.find((name) => name === service);
  return known ? {message: {id: `sso.provider.${known}`}} : service;
}

/** The point of the curve that says how many are locked out by then; null when there is none so far out. */
export function pointAt(forecast: Forecast | null, withinMs: number) {
  return forecast?.curve.find(({within_ms: within}) => within >= withinMs) ?? null;
}

/** "12 people are locked out, 40 more within 8 h." */
function lockedOut(status: SsoStatus, forecast: Forecast | null): Message {
  const now = forecast?.locked_out_now ?? status.counts.locked_out_now;
  const soon = pointAt(forecast, SOON);
  return {
    id: now === 0 ? 'sso.locked_out.nobody' : 'sso.locked_out',
    values: {now, more: Math.max(0, (soon?.locked_out ?? now) - now), within: {duration: soon?.within_ms ?? SOON}},
  };
}

function silence(provider: string, since: number, now: number): Message {
  return {
    id: 'sso.silent',
    values: {
      provider: providerName(provider),
      duration: {duration: Math.max(60_000, Math.floor((now - since) / 60_000) * 60_000)},
    },
  };
}

function worst(providers: readonly ProviderState[]): ProviderState | null {
  return (
    (['down', 'degraded', 'unknown'] as const)
      .map((state) => providers.find((provider) => provider.state === state))
      .find(Boolean) ?? null
  );
}

/** `now` is the companion's time. */
export function ssoHeadline(
  status: SsoStatus,
  forecast: Forecast | null,
  returnList: ReturnList | null,
  wayBack: WayBack | null,
  now: number,
): SsoHeadline {
  if (status.state === 'suspected') {
    return suspected(status, forecast, now);
  }
  return status.incident && status.state !== 'watching' && status.state !== 'closed'
    ? outage(status, forecast, returnList, wayBack, now)
    : watching(status, now);
}

function suspected(status: SsoStatus, forecast: Forecast | null, now: number): SsoHeadline {
  const {proposal, providers} = status.detection;
  const down = worst(providers);
  const first = proposal
    ? silence(proposal.provider, proposal.since, now)
    : down
      ? silence(down.provider, down.since, now)
      : {id: 'sso.suspected' as const};
  return {
    tone: 'bad',
    title: {id: 'two_sentences', values: {first: {message: first}, second: {message: lockedOut(status, forecast)}}},
    detail: proposal?.message ?? down?.message ?? null,
    next: 'declare',
  };
}

function returning({waiting}: WayBack, now: number): Pick<SsoHeadline, 'title' | 'detail'> {
  if (!waiting) {
    return {title: {id: 'sso.returning'}, detail: null};
  }
  const {message, person, until} = waiting;
  const left = {duration: Math.max(MINUTE, Math.ceil((until - now) / MINUTE) * MINUTE)};
  return {
    title: {id: 'sso.waiting', values: {message, left}},
    detail: {id: 'sso.await_login', values: {person: `@${person.username}`}},
  };
}

function outage(
  status: SsoStatus,
  forecast: Forecast | null,
  returnList: ReturnList | null,
  wayBack: WayBack | null,
  now: number,
): SsoHeadline {
  const {state, incident, detection} = status;
  const left = returnList?.count ?? status.counts.switched + status.counts.claimed;
  const declared: Message = {
    id: state === 'declared' ? 'sso.declared.unchanged' : 'sso.declared',
    values: {since: {since: incident!.declared_at}, who: nameOf(incident!.declared_by), reason: incident!.reason},
  };
  if (wayBack) {
    return {tone: 'attention', ...returning(wayBack, now), next: null};
  }
  if (state === 'switching_back') {
    return {
      tone: 'attention',
      title: {id: 'sso.switching_back', values: {left}},
      detail: declared,
      next: returnList?.empty ? 'close' : 'switch_back',
    };
  }
  const down = worst(detection.providers.filter((provider) => provider.state !== 'unknown'));
  if (down?.state === 'down') {
    const values = {
      first: {message: silence(down.provider, down.since, now)},
      second: {message: lockedOut(status, forecast)},
    };
    return {
      tone: 'bad',
      title: {id: 'two_sentences', values},
      detail: declared,
      next: state === 'declared' ? 'extend' : 'let_in',
    };
  }
  const isUp =
    detection.running &&
    detection.providers.length > 0 &&
    detection.providers.every((provider) => provider.state === 'up');
  if (!isUp) {
    return {
      tone: 'attention',
      title: {id: 'sso.outage', values: {people: {message: lockedOut(status, forecast)}}},
      detail: declared,
      next: 'let_in',
    };
  }
  const isBack = returnList?.empty === true;
  return {
    tone: 'attention',
    title: {id: isBack ? 'sso.up_again.empty' : 'sso.up_again', values: {left}},
    detail: declared,
    next: isBack ? 'close' : 'switch_back',
  };
}

export function nameOf(actor: {kind: string; name: string}): string {
  return actor.kind === 'mattermost' ? `@${actor.name}` : actor.name;
}

function watching({detection, counts}: SsoStatus, now: number): SsoHeadline {
  const {providers, running, controls_ok: controls, flapping} = detection;
  const no = (tone: Tone, why: Message, detail: SsoHeadline['detail']): SsoHeadline => ({
    tone,
    title: {id: 'two_sentences', values: {first: {message: {id: 'sso.none_declared'}}, second: {message: why}}},
    detail,
    next: null,
  });
  if (providers.length === 0) {
    return {
      tone: 'quiet',
      title: {id: counts.sso_accounts > 0 ? 'sso.no_provider' : 'sso.unused'},
      detail: null,
      next: null,
    };
  }
  if (!running) {
    return no('attention', {id: 'sso.unwatched'}, {id: 'sso.unwatched.detail'});
  }
  if (controls === false) {
    return no('attention', {id: 'sso.cut_off'}, {id: 'sso.cut_off.detail'});
  }
  const bad = worst(providers);
  if (bad?.state === 'down') {
    return no('attention', silence(bad.provider, bad.since, now), flapping ? {id: 'sso.flapping'} : bad.message);
  }
  if (bad) {
    return no(
      bad.state === 'unknown' ? 'quiet' : 'attention',
      {id: `sso.${bad.state === 'unknown' ? 'unknown' : 'degraded'}`, values: {provider: providerName(bad.provider)}},
      bad.message,
    );
  }
  return {
    tone: 'good',
    title: {id: 'sso.quiet', values: {count: providers.length, provider: providerName(providers[0]!.provider)}},
    detail: flapping ? {id: 'sso.flapping'} : null,
    next: null,
  };
}
