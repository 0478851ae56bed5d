import {RestoreRequest} from '../restore.ts';
import {SET_SUBJECT} from './sets.ts';
import {DRY_RUN, REPOSITORY_OPTIONS, YES, type Verb} from './verb.ts';

/** On a shell alone: it replaces the very server that the other ways in depend on. */
export const restore = {
  says: 'bring a set back: in place, or side by side into named targets',
  ways: ['cli'],
  request: RestoreRequest,
  subject: {...SET_SUBJECT, optional: true},
  options: {
    'into-database': {
      field: 'into.database',
      value: 'url',
      says: 'PostgreSQL URL of a database that does not exist or has no tables; leave its password to PGPASSWORD where others can list processes',
    },
    'into-files': {field: 'into.files', value: 'directory', says: 'empty directory for what the file store held'},
    'into-config': {
      field: 'into.config',
      value: 'directory',
      says: 'empty directory for what the config directory held',
    },
    'without-restore-point': {field: 'without_restore_point', says: 'in place: do not save the present state first'},
    'keep-rights': {
      field: 'keep_rights',
      says: 'in place: who may less today than in the set, or is deactivated since, stays so, and is signed out',
    },
    'accept-incomplete': {
      field: 'accept_incomplete',
      says: 'restore the files that can be read when some cannot, and name those that are missing; never a damaged database or configuration',
    },
    approval: {field: 'approval', value: 'id', says: 'id of the approval by a second administrator'},
    undo: {
      says: 'go back to the state before the last restore in place; to go further back, name a restore in place of a set',
    },
    'dry-run': DRY_RUN,
    yes: YES,
    ...REPOSITORY_OPTIONS,
  },
  examples: ['restore latest --dry-run', 'restore latest --into-files /srv/files'],
} as const satisfies Verb;
