import type {Option, Subject} from './verb.ts';

const ACCOUNT = 'username, email address or id';
const ACCOUNT_REFUSED = 'A person is named by username, email address or id.';
const NAME_FILE = 'first column of CSV, or one a line';

/** One person, as the word after the verb. */
export const ACCOUNT_SUBJECT = {
  name: 'user',
  called: 'The person',
  says: ACCOUNT,
  field: 'user',
  reads: 'account',
  refused: ACCOUNT_REFUSED,
} as const satisfies Subject;

/** One person, by name of the option. */
export const USER_OPTION = {
  field: 'user',
  reads: 'account',
  value: 'name',
  says: ACCOUNT,
  required: true,
  refused: ACCOUNT_REFUSED,
} as const satisfies Option;

/** Several people, on a command line and in a file. */
export const PEOPLE_OPTIONS = {
  user: {
    field: 'users',
    reads: 'accounts',
    value: 'name',
    says: `${ACCOUNT}; may be repeated`,
    refused: '--user takes usernames, email addresses or ids.',
  },
  file: {field: 'users', reads: 'account_file', value: 'csv', says: `file of people: ${NAME_FILE}`, ways: ['cli']},
} as const satisfies Record<string, Option>;

export const DENY_OPTIONS = {
  deny: {field: 'deny', reads: 'accounts', value: 'name', says: 'never these, whatever was chosen', ways: ['chat']},
  'deny-file': {
    field: 'deny',
    reads: 'account_file',
    value: 'csv',
    says: `file of people who are never switched: ${NAME_FILE}`,
    ways: ['cli'],
  },
} as const satisfies Record<string, Option>;
