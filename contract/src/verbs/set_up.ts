import {z} from 'zod';
import {CommandReply, CommandRequest} from '../bridge.ts';
import {EnrollmentReply, EnrollmentRequest} from '../enrollment.ts';
import type {Verb} from './verb.ts';

export const init = {
  says: "set up: read Mattermost's configuration, make the key and the repository, print the recovery sheet",
  ways: ['cli'],
  options: {
    'mattermost-config': {value: 'path', says: "Mattermost's config.json, or the database URL of MM_CONFIG"},
    repository: {value: 'url', says: 'where the sets go: a directory, or s3:…, sftp:…, rest:…'},
    state: {value: 'directory', says: 'jobs, ledger and key of the companion'},
    database: {value: 'url', says: "database URL, where it is only in Mattermost's environment"},
    files: {value: 'directory', says: "directory of the file store, where it is only in Mattermost's environment"},
    'password-file': {
      value: 'file',
      says: 'key of a repository that exists (default: a new key in the state directory)',
    },
    listen: {value: 'host:port', says: 'address of the companion (default 127.0.0.1:8066)'},
    force: {says: 'write over a companion configuration that exists'},
  },
  examples: [
    'init --mattermost-config /opt/mattermost/config/config.json --state /var/lib/drctl --repository /var/backups/mattermost',
  ],
} as const satisfies Verb;

const Health = z.object({ok: z.literal(true), version: z.string()}).meta({id: 'Health'});

export const serve = {
  says: 'run the companion that the plugin in Mattermost calls',
  ways: ['cli'],
  examples: ['serve'],
  routes: {
    health: {
      method: 'GET',
      path: '/healthz',
      summary: 'Is the companion up?',
      access: 'open',
      response: {status: 200, body: Health},
      errors: [],
    },
    metrics: {
      method: 'GET',
      path: '/metrics',
      summary: 'Prometheus metrics.',
      access: 'open',
      response: {status: 200, media: 'text/plain'},
      errors: [],
    },
    openapi: {
      method: 'GET',
      path: '/openapi.json',
      summary: 'This document.',
      access: 'open',
      response: {status: 200, media: 'application/json'},
      errors: [],
    },
    command: {
      method: 'POST',
      path: '/api/v1/commands',
      summary: 'A slash command, as typed after /dr.',
      access: 'signed',
      not_forwarded: true,
      request: CommandRequest,
      response: {status: 200, body: CommandReply},
      errors: [],
    },
  },
} as const satisfies Verb;

export const enroll = {
  says: 'print a one-time code that lets the plugin in Mattermost enroll here',
  ways: ['cli'],
  bridge_form: {
    says: 'connect this server with a companion',
    words: [
      {name: 'URL', says: 'where the companion listens', example: 'https://host:8066'},
      {name: 'CODE', says: 'the code that `drctl enroll` printed', example: 'CODE'},
    ],
  },
  examples: ['enroll'],
  routes: {
    enroll: {
      method: 'POST',
      path: '/api/v1/enrolments',
      summary: 'Trade public keys with a bridge.',
      access: 'code',
      request: EnrollmentRequest,
      response: {status: 201, body: EnrollmentReply},
      errors: ['ENROLMENT_CODE_WRONG', 'USAGE_INVALID'],
    },
    revoke: {
      method: 'DELETE',
      path: '/api/v1/enrolments/current',
      summary: 'Forget this bridge.',
      access: 'signed',
      not_forwarded: true,
      changes: true,
      response: {status: 204},
      errors: [],
    },
  },
} as const satisfies Verb;

export const config = {
  says: 'check the companion configuration, or show it without its secrets',
  ways: ['cli'],
  subject: {name: 'check|show', called: 'What to do', says: 'what to do'},
  examples: ['config check'],
} as const satisfies Verb;
