import {openApiDocument} from '@disaster-recovery/contract';
import {watchIdentity} from '../../enrolment/index.ts';
import {createMetrics, createServer, listenAddress} from '../../http/index.ts';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';
import type {Companion} from '../../compose.ts';
import {VERSION} from '../../version.ts';
import {withCompanion} from '../companion.ts';
import type {Verb} from '../verb.ts';

/** The companion. */
export const serve: Verb = {
  describe: (command) => command.description('run the companion that the plugin in Mattermost calls'),
  run: ({options, output}) => withCompanion(options, async (companion) => {
    const {config, log, clock, enrolment, bridge, chat} = companion;
    const address = await listenAddress(config.serve);
    const metrics = createMetrics({sets: companion.sets, jobs: companion.jobs, rpoObjectiveMs: config.objectives.rpo_hours * 3_600_000, clock, log});
    const server = createServer({verbs: companion, enrolment, clock, version: VERSION, openapi: openApiDocument(VERSION), metrics, log, tls: address.tls});
    try {
      await server.listen({host: address.host, port: address.port});
    } catch (error) {
      throw systemErrorCode(error) === 'EADDRINUSE' ? new Failure('USAGE_INVALID', `Something listens on ${config.serve.listen} already.`, {cause: error}) : error;
    }
    const stop = new AbortController();
    chat.start(stop.signal);
    const watching = watchIdentity({enrolment, bridge, clock, log}, stop.signal);
    await continueInterrupted(companion);
    output.say(`The companion listens on ${address.url}. Stop it with Ctrl-C.`);
    await untilStopped();
    stop.abort();
    cancelRunning(companion);
    await server.close();
    await watching;
    return {value: {stopped: true}};
  }),
};

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
    }
  }
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => { resolve(); });
    }
  });
}

function cancelRunning({jobs}: Companion): void {
  const running = jobs.running();
  if (running) {
    jobs.cancel(running.id);
  }
}
