import {openApiDocument} from '@disaster-recovery/contract';
import {watchIdentity} from '../../enrolment/index.ts';
import {createMetrics, createServer, listenAddress} from '../../http/index.ts';
import {laneOf} from '../../jobs/index.ts';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';
import type {Logger} from '../../kernel/log.ts';
import {becomeSoleCompanion} from '../../kernel/sole_companion.ts';
import type {Companion} from '../../compose/companion.ts';
import type {Sso} from '../../sso/index.ts';
import {VERSION} from '../../version.ts';
import {withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';

/** The companion. */
export const serve: RunOf<'serve'> = ({options, output}) =>
  withCompanion(options, async (companion) => {
    const {config, log, clock, enrolment, bridge, chat, sso} = companion;
    const yieldPlace = becomeSoleCompanion(companion.state.directory);
    const address = await listenAddress(config.serve);
    const metrics = createMetrics({
      sets: companion.sets,
      status: companion.status,
      jobs: companion.jobs,
      rpoObjectiveMs: config.objectives.rpo_hours * 3_600_000,
      clock,
      log,
    });
    const server = createServer({
      verbs: companion,
      state: companion.state,
      enrolment,
      clock,
      version: VERSION,
      openapi: openApiDocument(VERSION),
      metrics,
      log,
      tls: address.tls,
    });
    try {
      await server.listen({host: address.host, port: address.port});
    } catch (error) {
      throw systemErrorCode(error) === 'EADDRINUSE'
        ? new Failure('USAGE_INVALID', `Something listens on ${config.serve.listen} already.`, {cause: error})
        : error;
    }
    const stop = new AbortController();
    chat.start(stop.signal);
    const watching = Promise.all([
      watchIdentity({enrolment, bridge, clock, log}, stop.signal),
      watchSso(sso, log, stop.signal),
    ]);
    await continueInterrupted(companion);
    output.say(`The companion listens on ${address.url}. Stop it with Ctrl-C.`);
    await untilStopped();
    stop.abort();
    cancelRunning(companion);
    await server.close();
    await watching;
    yieldPlace();
    return {value: {stopped: true}};
  });

/** Probes, identity snapshots and reminders; a mistake in them must not end the companion. */
async function watchSso(sso: Pick<Sso, 'watch'>, log: Logger, signal: AbortSignal): Promise<void> {
  try {
    await sso.watch(signal);
  } catch (error) {
    log.error({err: error}, 'Nobody watches the identity provider any more. Restart the companion.');
  }
}

/** Backups that a crash interrupted go on where their journal ends; other jobs are left to people. */
async function continueInterrupted({jobs, backup, log}: Companion): Promise<void> {
  for (const {job, request} of jobs.interrupted()) {
    if (job.kind === 'backup') {
      const {kind, ...asked} = request as {kind: 'backup' | 'restore_point'};
      try {
        await backup.start(asked, {actor: job.actor, kind});
        log.info({job: job.id}, 'Continuing an interrupted backup.');
      } catch (error) {
        log.warn({job: job.id, says: (error as Error).message}, 'An interrupted backup could not be continued.');
      }
    } else if (laneOf(job.kind) === 'accounts') {
      log.warn(
        {job: job.id, kind: job.kind},
        'A job that changes accounts was interrupted and waits. Somebody must ask for the same again; `drctl sso status` says where it stands.',
      );
    }
  }
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}

/** Both lanes. What somebody runs on a shell goes on without the companion; only what it started itself must end with it. */
function cancelRunning({jobs}: Companion): void {
  const [data, accounts] = [jobs.running('data'), jobs.running('accounts')];
  for (const running of [data, accounts?.actor.kind === 'cli' ? null : accounts]) {
    if (running) {
      jobs.cancel(running.id);
    }
  }
}
