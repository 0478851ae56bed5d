import type {
  ChangedSetting,
  Exclusion,
  IncidentState,
  ProviderState,
  ReadinessCheck,
  ReturnEntry,
  SwitchBackPlan,
} from '@disaster-recovery/contract';

// One thing has one word, in the terminal and in Mattermost; the web page translates its own.

export const INCIDENT_WORDS = {
  watching: 'There is no SSO outage',
  suspected: 'An SSO outage is suspected',
  declared: 'An SSO outage is declared; nothing is switched yet',
  open: 'An SSO outage is open; something must be put back',
  switching_back: 'The switch back has begun',
  closed: 'The SSO outage is closed',
} as const satisfies Record<IncidentState, string>;

/** Why an account is left as it is, and why several are: `@anna is a bot`, `3 are bots`. */
const EXCLUSIONS = {
  bot: ['is a bot', 'are bots'],
  remote: ['belongs to another server', 'belong to another server'],
  deactivated: ['is deactivated', 'are deactivated'],
  guest_without_licence: [
    'is a guest, and guests may not sign in with a password here',
    'are guests, and guests may not sign in with a password here',
  ],
  magic_link: ['signs in by magic link', 'sign in by magic link'],
  local: ['signs in with email and password already', 'sign in with email and password already'],
  no_auth_data: ['has no sign-in data to come back to', 'have no sign-in data to come back to'],
  unknown_service: ['signs in through an unknown service', 'sign in through an unknown service'],
  no_email: ['has no usable email address', 'have no usable email address'],
  dormant: ['has not been seen for a long time', 'have not been seen for a long time'],
  break_glass: ['is named in sso.never_switch', 'are named in sso.never_switch'],
  denied: ['is on the list of denied people', 'are on the list of denied people'],
  already_switched: ['is switched already', 'are switched already'],
  not_found: ['was not found', 'were not found'],
} as const satisfies Record<Exclusion, readonly [one: string, several: string]>;

const SETTING_WORDS = {
  changed: 'changed',
  put_back: 'put back',
  changed_by_others: 'changed by others since; left as it is',
  locked: 'set by the environment of Mattermost; not changed',
} as const satisfies Record<ChangedSetting['state'], string>;

export const RETURN_WORDS = {
  switched: 'switched, has no password yet',
  claimed: 'switched, has a password',
  outside: 'switched by something else',
  conflict: 'conflict',
  failed: 'failed',
} as const satisfies Record<ReturnEntry['state'], string>;

export const GROUP_WORDS = {
  canary: 'the first person (canary)',
  five: 'the first five',
  fifty: 'the next fifty',
  rest: 'the rest',
  administrators: 'administrators',
} as const satisfies Record<SwitchBackPlan['groups'][number]['name'], string>;

export const PROVIDER_WORDS = {
  up: 'up',
  degraded: 'degraded',
  down: 'down',
  unknown: 'not known',
} as const satisfies Record<ProviderState['state'], string>;

export const CHECK_MARKS = {ok: '✅', warning: '⚠️', failed: '❌', skipped: '➖'} as const satisfies Record<
  ReadinessCheck['outcome'],
  string
>;

/** Why so many accounts are left as they are, behind who or how many; a reason that this version does not know is shown as it is. */
export function excludedBecause(reason: string, count = 1): string {
  return Object.hasOwn(EXCLUSIONS, reason)
    ? EXCLUSIONS[reason as Exclusion][count === 1 ? 0 : 1]
    : `${count === 1 ? 'is' : 'are'} left out: ${reason.replaceAll('_', ' ')}`;
}

/** `true`, `"text"`, cut after 60 characters. */
export function settingValue(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** Which way a setting went, and whether it is as the incident wants it: what is put back reads the other way round. */
export function settingChange(
  {from, to, state, live}: ChangedSetting,
  valueOf: (value: unknown) => string = settingValue,
): {text: string; isFine: boolean} {
  if (state === 'changed' && live !== undefined && live !== to) {
    return {text: `set to ${valueOf(to)}, but ${valueOf(live)} is in force`, isFine: false};
  }
  const [before, after] = state === 'put_back' ? [to, from] : [from, to];
  return {
    text: `${valueOf(before)} → ${valueOf(after)}, ${SETTING_WORDS[state]}`,
    isFine: state === 'changed' || state === 'put_back',
  };
}

/** Mattermost's service names; email and password has none. */
export function serviceName(service: string): string {
  return service === '' ? 'email and password' : service;
}
