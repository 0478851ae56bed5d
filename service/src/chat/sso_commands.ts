import {
  AdminAccessRequest,
  DeclareRequest,
  ExtendRequest,
  LetInRequest,
  ResolveRequest,
  SwitchBackRequest,
  SwitchRequest,
} from '@disaster-recovery/contract';
import {parseMoment} from '../verbs/moment.ts';
import {asFailure} from '../kernel/failure.ts';
import {nearest} from './nearest.ts';
import {checkedRequest, misuse, readArguments, type Arguments, type VerbForm} from './read_arguments.ts';

const WHO = '--user NAME …|--team TEAM|--group GROUP|--sessions-ending-before 8h|--everyone';

/** What follows `/dr sso`, in the order of an outage. */
export const SSO_VERBS = {
  help: {usage: '/dr sso help', says: 'What can be typed here', options: {}},
  status: {usage: '/dr sso status', says: 'Is the provider up, who is locked out, what to do next', options: {}},
  readiness: {usage: '/dr sso readiness', says: 'Would this server survive an SSO outage?', options: {}},
  forecast: {usage: '/dr sso forecast', says: 'Who is locked out now, and who next', options: {}},
  'locked-out': {
    usage: '/dr sso locked-out',
    says: 'The people who cannot get in while the provider is down',
    options: {},
  },
  snapshot: {usage: '/dr sso snapshot', says: 'Take an identity snapshot now', options: {}},
  declare: {
    usage: '/dr sso declare --reason "text" [--no-tell]',
    says: 'Declare an SSO outage; nothing else is changed',
    options: {reason: 'value', 'no-tell': 'flag'},
  },
  'set-again': {
    usage: '/dr sso set-again',
    says: 'Set the settings of the outage again that somebody wrote over',
    options: {},
  },
  'extend-sessions': {
    usage: '/dr sso extend-sessions [--hours N]',
    says: 'Let live sessions live longer',
    options: {hours: 'value'},
  },
  'let-in': {
    usage: '/dr sso let-in USER --identified-by "text" [--valid-minutes N] [--mail]',
    says: 'Switch one person and make a one-time code for them',
    subject: 'The person',
    options: {'identified-by': 'value', 'valid-minutes': 'value', mail: 'flag'},
  },
  switch: {
    usage: `/dr sso switch ${WHO} [--deny NAME …] [--include-dormant] [--approval ID] [--dry-run|--yes]`,
    says: 'Switch people to email and password',
    options: {
      user: 'list',
      team: 'value',
      group: 'value',
      'sessions-ending-before': 'value',
      everyone: 'flag',
      deny: 'list',
      'include-dormant': 'flag',
      approval: 'value',
      'dry-run': 'flag',
      yes: 'flag',
    },
  },
  approve: {
    usage: '/dr sso approve ID',
    says: 'Approve, as a second administrator, a switch of everyone',
    subject: 'The id of the approval',
    options: {},
  },
  'admin-access': {
    usage: '/dr sso admin-access --user NAME --identified-by "text"',
    says: 'A one-time code for an administrator who is locked out',
    options: {user: 'value', 'identified-by': 'value'},
  },
  'claim-sheet': {
    usage: 'drctl sso claim-sheet --identified-by "text" --out FILE.html',
    says: 'One-time codes for many, to be printed: on a shell',
    options: {},
  },
  'return-list': {usage: '/dr sso return-list', says: 'Who and what is not back yet', options: {}},
  'switch-back': {
    usage:
      '/dr sso switch-back [--user NAME …] [--canary NAME] [--without-provider-check] [--resume-sync] [--dry-run|--yes]',
    says: 'Switch people back to single sign-on',
    options: {
      user: 'list',
      canary: 'value',
      'without-provider-check': 'flag',
      'resume-sync': 'flag',
      'dry-run': 'flag',
      yes: 'flag',
    },
  },
  resolve: {
    usage: '/dr sso resolve USER --choice restore|leave --reason "text"',
    says: 'Decide about a conflict',
    subject: 'The person',
    options: {choice: 'value', reason: 'value'},
  },
  close: {usage: '/dr sso close', says: 'Close the incident, when everyone is back', options: {}},
} as const satisfies Record<string, VerbForm>;

export type SsoVerb = keyof typeof SSO_VERBS;

/** `ask`: show the plan and wait for `--yes`. */
export type Mode = 'dry_run' | 'ask' | 'run';

export type SsoCommand =
  | {verb: 'help' | 'status' | 'readiness' | 'forecast' | 'snapshot' | 'locked-out' | 'return-list' | 'claim-sheet'}
  | {verb: 'close' | 'set-again'}
  | {verb: 'declare'; request: DeclareRequest}
  | {verb: 'extend-sessions'; request: ExtendRequest}
  | {verb: 'let-in'; request: LetInRequest}
  | {verb: 'switch'; request: SwitchRequest; mode: Mode}
  | {verb: 'approve'; id: string}
  | {verb: 'admin-access'; request: AdminAccessRequest}
  | {verb: 'switch-back'; request: SwitchBackRequest; mode: Mode}
  | {verb: 'resolve'; request: ResolveRequest};

type Unknown = {verb: 'unknown'; typed: string; suggestion: string | null};

/** Reads the words after `/dr sso`. @throws Failure USAGE_INVALID with the usage of the verb */
export function parseSsoCommand(words: readonly string[], now: number): SsoCommand | Unknown {
  const [first = 'help', ...rest] = words;
  const name = first.toLowerCase();
  if (!Object.hasOwn(SSO_VERBS, name)) {
    return {verb: 'unknown', typed: first, suggestion: nearest(name, Object.keys(SSO_VERBS))};
  }
  const verb = name as SsoVerb;
  // Whatever was typed after it: it does not happen here.
  return verb === 'claim-sheet' ? {verb} : READERS[verb](readArguments(SSO_VERBS[verb], rest), now);
}

const SAYS = {
  reason: '--reason takes 3 to 500 characters that say why.',
  hours: '--hours takes 1 to 720.',
  user: 'A person is named by username, e-mail address or id.',
  users: '--user takes usernames, e-mail addresses or ids.',
  canary: '--canary takes a username, an e-mail address or an id.',
  identified_by: '--identified-by takes 3 to 200 characters that say how you know that it is this person.',
  valid_minutes: '--valid-minutes takes 1 to 1440.',
  choice: '--choice takes restore or leave.',
  team: '--team takes the name of a team.',
  group: '--group takes the name of a group.',
  '': 'Say exactly one of --user, --team, --group, --sessions-ending-before and --everyone.',
};

const READERS = {
  help: () => ({verb: 'help'}),
  status: () => ({verb: 'status'}),
  readiness: () => ({verb: 'readiness'}),
  forecast: () => ({verb: 'forecast'}),
  'locked-out': () => ({verb: 'locked-out'}),
  snapshot: () => ({verb: 'snapshot'}),
  'return-list': () => ({verb: 'return-list'}),
  close: () => ({verb: 'close'}),
  'set-again': () => ({verb: 'set-again'}),
  declare: ({values: {reason}, flags}) => ({
    verb: 'declare',
    request: checked('declare', DeclareRequest, {reason, tell: !flags.has('no-tell')}),
  }),
  'extend-sessions': ({values: {hours}}) => ({
    verb: 'extend-sessions',
    request: checked('extend-sessions', ExtendRequest, {hours: numberOf(hours)}),
  }),
  'let-in': ({subject, values, flags}) => ({
    verb: 'let-in',
    request: checked('let-in', LetInRequest, {
      user: accountName(subject),
      identified_by: values['identified-by'],
      valid_minutes: numberOf(values['valid-minutes']),
      mail: flags.has('mail'),
    }),
  }),
  switch: (given, now) => ({
    verb: 'switch',
    mode: modeOf('switch', given),
    request: checked('switch', SwitchRequest, switchRequest(given, now)),
  }),
  approve: ({subject}) => ({verb: 'approve', id: subject}),
  'admin-access': ({values}) => ({
    verb: 'admin-access',
    request: checked('admin-access', AdminAccessRequest, {
      user: accountName(values['user'] ?? ''),
      identified_by: values['identified-by'],
    }),
  }),
  'switch-back': (given) => ({
    verb: 'switch-back',
    mode: modeOf('switch-back', given),
    request: checked('switch-back', SwitchBackRequest, {
      users: given.lists['user']?.map(accountName),
      canary: given.values['canary'] === undefined ? undefined : accountName(given.values['canary']),
      without_provider_check: given.flags.has('without-provider-check'),
      resume_sync: given.flags.has('resume-sync'),
    }),
  }),
  resolve: ({subject, values: {choice, reason}}) => ({
    verb: 'resolve',
    request: checked('resolve', ResolveRequest, {user: accountName(subject), choice: choice?.toLowerCase(), reason}),
  }),
} as const satisfies Record<Exclude<SsoVerb, 'claim-sheet'>, (given: Arguments, now: number) => SsoCommand>;

function switchRequest({values, lists, flags}: Arguments, now: number): Record<string, unknown> {
  const before = values['sessions-ending-before'];
  return {
    users: lists['user']?.map(accountName),
    team: values['team'],
    group: values['group'],
    sessions_ending_before: before === undefined ? undefined : momentOf(before, now),
    everyone: flags.has('everyone') ? true : undefined,
    deny: lists['deny']?.map(accountName),
    include_dormant: flags.has('include-dormant') ? true : undefined,
    approval: values['approval'],
  };
}

function momentOf(text: string, now: number): number {
  try {
    return parseMoment(text, now);
  } catch (error) {
    throw misuse(SSO_VERBS.switch, asFailure(error).message);
  }
}

/** In Mattermost people write `@anna`; the account is `anna`. */
function accountName(typed: string): string {
  return typed.replace(/^@/, '');
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

function modeOf(verb: SsoVerb, {flags}: Arguments): Mode {
  if (flags.has('dry-run') && flags.has('yes')) {
    throw misuse(SSO_VERBS[verb], '--dry-run and --yes do not go together.');
  }
  return flags.has('dry-run') ? 'dry_run' : flags.has('yes') ? 'run' : 'ask';
}

type Schema<Value> = {safeParse(value: unknown): Parameters<typeof checkedRequest<Value>>[2]};

/** What was not typed is left out, so that the contract's own defaults count. */
function checked<Value>(verb: SsoVerb, schema: Schema<Value>, fields: Record<string, unknown>): Value {
  return checkedRequest(
    SSO_VERBS[verb],
    SAYS,
    schema.safeParse(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))),
  );
}
