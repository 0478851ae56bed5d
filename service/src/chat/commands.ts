import {BackupRequest, VerifyRequest} from '@disaster-recovery/contract';
import {nearest} from './nearest.ts';
import {checkedRequest, readArguments, type Arguments, type VerbForm} from './read_arguments.ts';
import {parseSsoCommand, type SsoCommand} from './sso_commands.ts';
import {tokenize} from './tokenizer.ts';

/** As on the command line; L2 reads the whole repository. */
const DEFAULT_LEVEL = 'L1';

export const VERBS = {
  help: {usage: '/dr help', says: 'What can be typed here', options: {}},
  status: {usage: '/dr status', says: 'Is everything in order, and what to do next', options: {}},
  backup: {
    usage: '/dr backup [--scope database,config,files] [--reason "text"]',
    says: 'Back up now, while the server runs',
    options: {scope: 'list', reason: 'value'},
  },
  list: {usage: '/dr list', says: 'The sets that exist, newest first', options: {}},
  show: {usage: '/dr show SET|latest', says: 'What a set holds', subject: 'The set', options: {}},
  verify: {
    usage: '/dr verify SET|latest [--level L0|L1|L2|L3]',
    says: 'Prove that a set is whole',
    subject: 'The set',
    options: {level: 'value'},
  },
  cancel: {usage: '/dr cancel JOB', says: 'Ask a job to stop', subject: 'The job', options: {}},
  sso: {usage: '/dr sso …', says: 'When single sign-on is down: `/dr sso help`', options: {}},
} as const satisfies Record<string, VerbForm>;

export type VerbName = keyof typeof VERBS;

/** A command that is ready to be carried out. */
export type Command =
  | {verb: 'help' | 'status' | 'list'}
  | {verb: 'backup'; request: BackupRequest}
  | {verb: 'show'; set: string}
  | {verb: 'verify'; request: VerifyRequest}
  | {verb: 'cancel'; job: string}
  | {verb: 'sso'; command: SsoCommand}
  | {verb: 'unknown'; typed: string; suggestion: string | null};

/**
 * Reads what follows `/dr`. `now`: for times that count from it.
 * @throws Failure USAGE_INVALID with the usage of the verb
 */
export function parseCommand(text: string, now: number): Command {
  const [first = 'help', ...rest] = tokenize(text.trim().replace(/^\/dr\b/, ''));
  const name = first.toLowerCase();
  if (name === 'sso') {
    return ssoCommand(rest, now);
  }
  return isVerb(name)
    ? READERS[name](readArguments(VERBS[name], rest))
    : {verb: 'unknown', typed: first, suggestion: nearest(name, Object.keys(VERBS))};
}

function ssoCommand(words: readonly string[], now: number): Command {
  const command = parseSsoCommand(words, now);
  return command.verb === 'unknown'
    ? {...command, typed: `sso ${command.typed}`, suggestion: command.suggestion && `sso ${command.suggestion}`}
    : {verb: 'sso', command};
}

function isVerb(name: string): name is Exclude<VerbName, 'sso'> {
  return name !== 'sso' && Object.hasOwn(VERBS, name);
}

const SAYS = {
  scope: '--scope takes database, config and files, with commas between them.',
  reason: '--reason takes up to 500 characters.',
  level: '--level takes L0, L1, L2 or L3.',
  set: 'A set is named like 20261124T120301Z-k3v9qa, or latest. `/dr list` shows them.',
};

const READERS = {
  help: () => ({verb: 'help'}),
  status: () => ({verb: 'status'}),
  list: () => ({verb: 'list'}),
  backup: ({lists: {scope}, values: {reason}}) => ({
    verb: 'backup',
    request: checkedRequest(
      VERBS.backup,
      SAYS,
      BackupRequest.safeParse({
        ...(scope !== undefined && {scope: [...new Set(scope.map((part) => part.toLowerCase()))]}),
        ...(reason !== undefined && {reason}),
      }),
    ),
  }),
  show: ({subject}) => ({verb: 'show', set: subject}),
  verify: ({subject, values: {level = DEFAULT_LEVEL}}) => ({
    verb: 'verify',
    request: checkedRequest(VERBS.verify, SAYS, VerifyRequest.safeParse({set: subject, level: level.toUpperCase()})),
  }),
  cancel: ({subject}) => ({verb: 'cancel', job: subject}),
} as const satisfies Record<Exclude<VerbName, 'sso'>, (given: Arguments) => Command>;
