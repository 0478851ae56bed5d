import {NotifyTest} from '../notify.ts';
import type {Verb} from './verb.ts';

export const notifyTest = {
  says: 'send a test message every way that messages go, and say what came of it',
  ways: ['cli', 'chat'],
  examples: ['notify test'],
  routes: {
    test_notifications: {
      method: 'POST',
      path: '/api/v1/notification-tests',
      summary: 'Send a test message every way.',
      access: 'signed',
      changes: true,
      response: {status: 200, body: NotifyTest},
      errors: [],
    },
  },
} as const satisfies Verb;
