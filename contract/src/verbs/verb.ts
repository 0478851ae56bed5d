import type {z} from 'zod';
import type {FailureCode} from '../errors.ts';

/** One address of the companion's HTTP interface. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with `{name}` parameters. */
  path: string;
  summary: string;
  /** `signed`: a bridge token of a system administrator. `bridge`: a bridge token of nobody in particular. `code`: proven by the enrollment code. `open`: no secret in the answer. */
  access: 'signed' | 'bridge' | 'code' | 'open';
  /** The bridge asks for this itself, or never; it hands no request of a browser on to it. */
  not_forwarded?: true;
  /** Changes something: the audit log of Mattermost shall know who asked. */
  changes?: true;
  /** Refused to a clone of the enrolled server: COMPANION_READ_ONLY. */
  refuses_clones?: true;
  request?: z.ZodType;
  response: {status: number; body?: z.ZodType; media?: string};
  errors: readonly FailureCode[];
};

/** Where a verb can be typed. A verb is reached over HTTP by its routes. */
export type Way = 'cli' | 'chat';

/**
 * How typed words become a field. `text`: as it is. `word`: in lower case. `level`: in upper case. `number`: a whole number. `moment`: `8h` from now, or a date.
 * `account`: without the `@` of Mattermost. `list`, `accounts`: several, also with commas between them. `account_file`: a file that names accounts, on a shell only.
 */
export type Reading =
  'text' | 'word' | 'level' | 'number' | 'moment' | 'account' | 'list' | 'accounts' | 'account_file';

type Words = {
  says: string;
  /** Field of the request that it fills; `into.files` is a field inside another. Left out: it says how to run, and does not travel. */
  field?: string;
  reads?: Reading;
  /** What can be said, with what each means. */
  choices?: Readonly<Record<string, string>>;
  /** What is said when the request does not take it; `{dr}` stands for the program that is typed. */
  refused?: string;
  /** Shown in the hints instead of the name of the value. */
  example?: string;
};

export type Option = Words & {
  /** The name of the value that follows: `text` is shown as `<text>` and `TEXT`. Left out: a flag. */
  value?: string;
  /** What a flag sets its field to. */
  sets?: boolean;
  required?: true;
  /** Taken when it is not typed, where the request has no default of its own. */
  preset?: string;
  /** Left out: wherever the verb can be typed. */
  ways?: readonly Way[];
};

/** The word without a name that follows the verb. */
export type Subject = Words & {
  name: string;
  /** What it is called when it is missing: `The set`. */
  called: string;
  optional?: true;
  /** What the chat suggests while it is typed. */
  suggests?: 'sets';
};

/** A form of a verb that the bridge answers itself, from words in their order. */
export type BridgeForm = {says: string; words: readonly {name: string; says: string; example: string}[]};

/** What a verb is, wherever it is asked for. The ways in, their help, the tables of the bridge and the pages of docs/ are made from it. */
export type Verb = {
  /** In lower case, without a full stop. */
  says: string;
  /** Where the chat does something else than the shell. */
  says_in_chat?: string;
  ways: readonly Way[];
  /** Names that it had: they are understood, and shown nowhere. */
  formerly?: readonly string[];
  /** The chat only says how to do it on a shell. */
  chat_points_to_shell?: true;
  bridge_form?: BridgeForm;
  /** What the options and the subject fill. */
  request?: z.ZodType;
  subject?: Subject;
  options?: Readonly<Record<string, Option>>;
  /** Options of which exactly one is to be said. */
  exactly_one?: readonly string[];
  /** Command lines without the program's name, understood wherever the verb can be typed; on a shell alone where the chat does something else. */
  examples?: readonly string[];
  routes?: Readonly<Record<string, Route>>;
};

/** Verbs that share their first word. `title` and `footnote`: around their list in the chat. */
export type VerbGroup = {says: string; says_in_chat: string; title: string; footnote: string};

/** Options of the verbs that show a plan before they do it. */
export const DRY_RUN = {says: 'print the plan and change nothing'} as const satisfies Option;
export const YES = {says: 'do not ask; the plan was read'} as const satisfies Option;

/** For the verbs that work from another repository than the one in use, or from a repository URL and its key alone. */
export const REPOSITORY_OPTIONS = {
  from: {value: 'name', says: 'repository of the configuration to work from (default: the one in use)', ways: ['cli']},
  repository: {value: 'url', says: 'repository, when there is no configuration any more', ways: ['cli']},
  'password-file': {value: 'file', says: 'file (mode 0600) with the key of that repository', ways: ['cli']},
  scratch: {
    value: 'directory',
    says: 'where the dump waits, when there is no configuration; removed at the end (default: below the temporary directory)',
    ways: ['cli'],
  },
} as const satisfies Record<string, Option>;
