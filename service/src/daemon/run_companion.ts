import {openApiDocument} from '@disaster-recovery/contract';
import type {Probes} from '../append_only/index.ts';
import type {Chat} from '../chat/index.ts';
import type {Config} from '../config/schema.ts';
import type {Copies} from '../copies/index.ts';
import type {Enrollment, ServerIdentity} from '../enrollment/index.ts';
import {
  createMetrics,
  createServer,
  listenAddress,
  type ListenAddress,
  type Metrics,
  type Verbs,
} from '../http/index.ts';
import type {Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import {becomeSoleCompanion} from '../kernel/sole_companion.ts';
import type {State} from '../kernel/state.ts';
import type {Notify} from '../notify/index.ts';
import type {Repositories} from '../sets/index.ts';
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
const LOOK_AT_PROBES_MS = 600_000;
const LOOK_AT_ALARMS_MS = 60_000;
const DELIVER_EVERY_MS = 5000;
const LOOK_AT_COPIES_MS = 5000;
const LOOK_AT_FILE_MS = 2000;
const AFTER_ERROR_MS = 60_000;

type DaemonParts = Omit<Verbs, 'sso' | 'schedules' | 'copies' | 'notify' | 'probes'> & {
  sso: Sso;
  schedules: Schedules;
  copies: Copies;
  notify: Notify;
  probes: Probes;
  status: StatusReport;
  chat: Chat;
  jobs: Jobs;
  repositories: Pick<Repositories, 'ask'>;
  enrollment: Enrollment;
  bridge: {ping(): Promise<ServerIdentity>};
  config: Pick<Config, 'serve' | 'objectives'>;
  state: State;
  clock: Clock;
  log: Logger;
};

/** `followFile`: `use` gets what goes by the settings of the file, each time that they change. */
type Followed = DaemonParts & {followFile(use: (next: DaemonParts) => Promise<void>): {look(): Promise<void>}};

/** What goes by one text of the configuration. */
type Going = {parts: DaemonParts; metrics: Metrics; end(): Promise<void>};

/**
 * What runs while `drctl serve` runs, until `untilStopped` resolves, which is told where the companion listens.
 * @throws Failure STATE_IN_USE, USAGE_INVALID when something listens there already, TLS_REQUIRED, CONFIG_*
 */
export async function runCompanion(parts: Followed, untilStopped: (url: string) => Promise<void>): Promise<void> {
  const yieldPlace = becomeSoleCompanion(parts.state.directory);
  const address = await listenAddress(parts.config.serve);
  let going = goBy(parts);
  const server = await listen(parts, () => going, address);
  const stop = new AbortController();
  const file = parts.followFile(async (next) => {
    await going.end();
    going = goBy(next);
  });
  const following = every(
    {clock: parts.clock, log: parts.log, signal: stop.signal},
    {
      everyMs: LOOK_AT_FILE_MS,
      afterErrorMs: AFTER_ERROR_MS,
      failed: 'The configuration could not be read again; the companion goes on with what it has.',
      run: () => file.look(),
    },
  );
  await continueInterrupted(parts);
  await untilStopped(address.url);
  stop.abort();
  await following;
  going.parts.schedules.stop();
  const ended = going.end();
  await parts.jobs.stop();
  await server.close();
  await ended;
  yieldPlace();
}

/** Until `end`, which resolves when nothing of it runs. */
function goBy(parts: DaemonParts): Going {
  const {clock, log, config} = parts;
  const stop = new AbortController();
  const watching = watch(parts, {clock, log, signal: stop.signal});
  return {
    parts,
    metrics: createMetrics({...parts, rpoObjectiveMs: config.objectives.rpo_hours * 3_600_000}),
    end: async () => {
      stop.abort();
      await watching;
    },
  };
}

async function listen(
  {config, state, enrollment, clock, log}: DaemonParts,
  going: () => Going,
  {host, port, tls}: ListenAddress,
): Promise<{close(): Promise<void>}> {
  const openapi = openApiDocument(VERSION);
  const metrics = {text: () => going().metrics.text()};
  const verbs = (): Verbs => going().parts;
  const server = createServer({verbs, state, enrollment, clock, version: VERSION, openapi, metrics, log, tls});
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
function watch(
  {jobs, chat, enrollment, bridge, schedules, copies, notify, probes, sso}: DaemonParts,
  beat: Beat,
): Promise<unknown> {
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
    every(beat, {
      everyMs: LOOK_AT_COPIES_MS,
      failed: 'The copies could not be looked at; they are looked at again in a moment.',
      run: () => copies.tick(),
    }),
    every(beat, {
      everyMs: LOOK_AT_ALARMS_MS,
      failed: 'What is wrong could not be looked at; it is looked at again in a moment.',
      run: () => notify.look(),
    }),
    every(beat, {
      everyMs: DELIVER_EVERY_MS,
      failed: 'Messages could not be sent; they are kept.',
      run: (signal) => notify.deliver(signal),
    }),
    every(beat, {
      everyMs: LOOK_AT_PROBES_MS,
      failed: 'Repositories could not be asked to delete; they are asked again in a moment.',
      run: () => probes.tick(),
    }),
    ...sso.watch().map((round) => every(beat, round)),
  ]);
}
