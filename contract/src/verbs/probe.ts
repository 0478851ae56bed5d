import {ProbeList, ProbeRequest} from '../probe.ts';
import type {Verb} from './verb.ts';

export const probe = {
  says: 'ask append-only repositories to delete something, which they must refuse',
  ways: ['cli', 'chat'],
  request: ProbeRequest,
  subject: {
    name: 'repository',
    field: 'repository',
    called: 'The repository',
    says: 'name of a repository (default: each that says that it is append-only)',
    optional: true,
    refused: 'A repository is named as in the configuration; the one in use is `main`.',
  },
  examples: ['probe', 'probe offsite'],
  routes: {
    run_probes: {
      method: 'POST',
      path: '/api/v1/probes',
      summary: 'Ask append-only repositories to delete something.',
      access: 'signed',
      changes: true,
      refuses_clones: true,
      request: ProbeRequest,
      response: {status: 200, body: ProbeList},
      errors: ['REPOSITORY_UNKNOWN'],
    },
  },
} as const satisfies Verb;
