import {openApiDocument} from '@disaster-recovery/contract';
import type {Chat} from '../chat/index.ts';
import type {Config} from '../config/schema.ts';
import type {Enrollment, ServerIdentity} from '../enrollment/index.ts';
import {createMetrics, createServer, listenAddress, type ListenAddress, type Verbs} from '../http/index.ts';
import type {Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import {becomeSoleCompanion} from '../kernel/sole_companion.ts';
import type {State} from '../kernel/state.ts';
import type {Schedules} from '../schedule/index.ts';
import type {Sso} from '../sso/index.ts';
import type {StatusReport} from '../status/index.ts';
import {VERSION} from '../version.ts';
import {every, type Beat} from './every.ts';
import {followJobs} from './follow_jobs.ts';
import {continueInterrupted} from './unfinished_jobs.ts';
import {watchIdentity} from './watch_identity.ts';

/** A run begins so much after its time at the most. */
const LOOK_AT_SCHEDULES_MS = 15_000;

export type DaemonParts = Omit<Verbs, 'sso' | 'schedules'> & {
  sso: Sso;
  schedules: Schedules;
  status: StatusReport;
  chat: Chat;
  jobs: Jobs;
  enrollment: Enrollment;
  bridge: {ping(): Promise<ServerIdentity>};
  config: Pick<Config, 'serve' | 'objectives'>;
  state: State;
  clock: Clock;
  log: Logger;
};

/**
 * What runs while `drctl serve` runs, until `untilStopped` resolves, which is told where the companion listens.
 * @throws Failure STATE_IN_USE, USAGE_INVALID when something listens there already, TLS_REQUIRED, CONFIG_*
 */
export async function runCompanion(parts: DaemonParts, untilStopped: (url: string) => Promise<void>): Promise<void> {
  const yieldPlace = becomeSoleCompanion(parts.state.directory);
  const address = await listenAddress(parts.config.serve);
  const server = await listen(parts, address);
  const stop = new AbortController();
  const watching = watch(parts, {clock: parts.clock, log: parts.log, signal: stop.signal});
  await continueInterrupted(parts);
  await untilStopped(address.url);
  stop.abort();
  parts.schedules.stop();
  await parts.jobs.stop();
  await server.close();
  await watching;
  yieldPlace();
}

async function listen(parts: DaemonParts, {host, port, tls}: ListenAddress): Promise<{close(): Promise<void>}> {
  const {config, state, enrollment, clock, log} = parts;
  const metrics = createMetrics({...parts, rpoObjectiveMs: config.objectives.rpo_hours * 3_600_000});
  const openapi = openApiDocument(VERSION);
  const server = createServer({verbs: parts, state, enrollment, clock, version: VERSION, openapi, metrics, log, tls});
  try {
    await server.listen({host, port});
  } catch (error) {
    throw systemErrorCode(error) === 'EADDRINUSE'
      ? new Failure('USAGE_INVALID', `Something listens on ${config.serve.listen} already.`, {cause: error})
      : error;
  }
  return {close: () => server.close()};
}

/** Posts and browsers, what is due, who the bridge is, and how people sign in: each at its own pace. */
function watch({jobs, chat, enrollment, bridge, schedules, sso}: DaemonParts, beat: Beat): Promise<unknown> {
  // The number first: what happens while the old posts are taken up is then heard as well.
  const after = jobs.lastEventSeq();
  return Promise.all([
    followJobs(beat, jobs, {after, listeners: chat.listeners()}),
    watchIdentity(beat, enrollment, bridge),
    every(beat, {
      everyMs: LOOK_AT_SCHEDULES_MS,
      failed: 'What is due could not be started; it is tried again in a moment.',
      run: () => schedules.tick(),
    }),
    ...sso.watch().map((round) => every(beat, round)),
  ]);
}
