import {BackupPlan, BackupRequest} from '../backup.ts';
import {Job} from '../job.ts';
import {DRY_RUN, type Verb} from './verb.ts';

export const backup = {
  says: 'take a backup now, while Mattermost runs',
  ways: ['cli', 'chat'],
  request: BackupRequest,
  options: {
    scope: {
      field: 'scope',
      reads: 'list',
      value: 'parts',
      says: 'parts to take, of database,config,files (default: all)',
      choices: {
        database: 'the database',
        config: 'the configuration directory',
        files: 'uploaded files, emoji, pictures, plugins',
      },
      refused: '--scope takes database, config and files, with commas between them.',
    },
    reason: {
      field: 'reason',
      value: 'text',
      says: 'why; kept in the set and in the ledger',
      example: 'before the upgrade',
      refused: '--reason takes up to 500 characters.',
    },
    'dry-run': {...DRY_RUN, ways: ['cli']},
  },
  examples: ['backup', 'backup --scope database,config --reason "before the upgrade"'],
  routes: {
    plan_backup: {
      method: 'POST',
      path: '/api/v1/backup-plans',
      summary: 'What a backup would do.',
      access: 'signed',
      request: BackupRequest,
      response: {status: 200, body: BackupPlan},
      errors: ['REPOSITORY_UNREACHABLE', 'DATABASE_UNREACHABLE'],
    },
    start_backup: {
      method: 'POST',
      path: '/api/v1/backups',
      summary: 'Start a backup.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: BackupRequest,
      response: {status: 202, body: Job},
      errors: ['JOB_ALREADY_RUNNING', 'COMPANION_READ_ONLY', 'DISK_FULL', 'DATABASE_UNREACHABLE'],
    },
  },
} as const satisfies Verb;
