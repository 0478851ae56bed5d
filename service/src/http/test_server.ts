import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Writable} from 'node:stream';
import {pino} from 'pino';
import {openApiDocument, type BackupPlan} from '@disaster-recovery/contract';
import {
  aJob,
  aListing,
  aManifest,
  anApproval,
  aStatus,
  cannedCopies,
  createFakeSso,
  SET,
  START,
  listed,
  summary,
  type SsoCall,
} from '../testkit/answers.ts';
import {createFakeBridge} from '../testkit/fake_bridge.ts';
import {createEnrollment, ENROLLMENT_TABLES} from '../enrollment/index.ts';
import {createJobs, JOB_TABLES} from '../jobs/index.ts';
import {Failure} from '../kernel/failure.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE} from '../ledger/index.ts';
import {createServer, type Served} from './server.ts';
import type {Verbs} from './handlers.ts';
import {policyOf} from '../testkit/policy.ts';
import {cannedKeeping} from '../testkit/keeping.ts';
import {nightlySchedules} from '../testkit/schedules.ts';

const plan: BackupPlan = {
  set: SET,
  kind: 'backup',
  scope: ['database'],
  reason: '',
  planned_at: START,
  repository: '/srv/repository',
  steps: [],
  omitted: [],
  previous: null,
  database: null,
  files: null,
  config: null,
  staging: {directory: '/var/lib/drctl/work', bytes_needed: 0, bytes_free: 1},
  warnings: [],
};

/** For tests: the server with real enrollment and jobs, and the other verbs canned. */
export async function createTestServer(
  verbs: Partial<Verbs> = {},
  tls: {cert: string; key: string} | null = null,
  more: readonly Served[] = [],
) {
  const clock = {
    at: START,
    now: () => clock.at,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(ms, 20));
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
  };
  const state = openState(mkdtempSync(join(tmpdir(), 'http-')), [LEDGER_TABLE, JOB_TABLES, ENROLLMENT_TABLES]);
  const enrollment = await createEnrollment({
    state,
    clock,
    ledger: createLedger(state, clock),
    version: '0.1.0',
    confirm: async () => true,
  });
  const jobs = createJobs(state, clock);
  const lines: string[] = [];
  const ssoCalls: SsoCall[] = [];
  const log = pino(
    {level: 'debug'},
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  const keeping = cannedKeeping({
    clock,
    apply: () => Promise.resolve({job: aJob({kind: 'keep'}), done: Promise.resolve(aJob())}),
  });
  await keeping.hold({set: SET, reason: 'so that it can be released'}, {kind: 'system', id: 'test', name: 'test'});
  const canned: Verbs = {
    jobs: {
      ...jobs,
      get: (id) => (id === 'job1' ? aJob() : jobs.get(id)),
      cancel: (id) => (id === 'job1' ? aJob({status: 'cancel_requested'}) : jobs.cancel(id)),
      newest: () => [aJob()],
    },
    backup: {
      plan: () => Promise.resolve(plan),
      start: () => Promise.resolve({job: aJob(), done: Promise.resolve(aJob())}),
    },
    verify: {start: () => Promise.resolve({job: aJob({kind: 'verify'}), done: Promise.resolve(aJob())})},
    sets: {
      show: (set) =>
        set === SET
          ? Promise.resolve(aManifest())
          : Promise.reject(new Failure('SET_NOT_FOUND', `There is no set ${set}.`)),
    },
    listing: () => Promise.resolve(aListing([listed(summary)])),
    doctor: {report: () => Promise.resolve({healthy: true, checks: []})},
    status: {report: () => Promise.resolve(aStatus())},
    chat: {answer: ({command}) => Promise.resolve({message: command, job: null})},
    schedules: nightlySchedules({
      clock,
      jobs,
      backup: () => Promise.resolve({job: aJob(), done: Promise.resolve(aJob())}),
    }),
    keeping,
    policy: policyOf().policy,
    copies: cannedCopies(),
    probes: {run: async () => []},
    notify: {test: async () => ({ways: [{way: 'mattermost', sent: true, message: null, remedy: null}]})},
    sso: createFakeSso(ssoCalls),
    approvals: {approve: (id, by) => anApproval({id, approved_by: by})},
    ...verbs,
  };
  const server = createServer(
    {
      tls,
      state,
      enrollment,
      clock,
      log,
      version: '0.1.0',
      openapi: openApiDocument('0.1.0'),
      metrics: {text: () => Promise.resolve('# metrics\n')},
      verbs: () => canned,
    },
    more,
  );
  const bridge = createFakeBridge();
  const enrollBridge = () => enrollment.enroll(bridge.request(enrollment.newCode('http://127.0.0.1:8066', null).code));
  return {server, enrollment, bridge, clock, lines, state, enrollBridge, ssoCalls};
}
