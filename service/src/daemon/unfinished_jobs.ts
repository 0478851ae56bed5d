import type {Backup} from '../backup/index.ts';
import {laneOf, type Jobs} from '../jobs/index.ts';
import type {Logger} from '../kernel/log.ts';

/** Backups that a crash interrupted go on where their journal ends; other jobs are left to people. */
export async function continueInterrupted(parts: {
  jobs: Pick<Jobs, 'interrupted'>;
  backup: Pick<Backup, 'start'>;
  log: Logger;
}): Promise<void> {
  const {jobs, backup, log} = parts;
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
