import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {isWhole, type Actor, type BackupPlan, type BackupRequest} from '@disaster-recovery/contract';
import type {Obstacle} from '../engines/database/port.ts';
import {Failure} from '../kernel/failure.ts';
import {newSetId} from '../kernel/ids.ts';
import {freeBytes} from '../kernel/space.ts';
import {need, type Jobs, type Origin, type Procedure, type StartedJob} from '../jobs/index.ts';
import type {BackupEngines} from './engines.ts';
import type {BackupFound} from './found.ts';
import {planBackup} from './plan.ts';
import {backupSteps} from './steps.ts';

type BackupBy = {actor: Actor; origin?: Origin; kind?: BackupPlan['kind']};

export type Backup = {
  /** What a backup would do now; changes nothing. @throws Failure DATABASE_*, REPOSITORY_* */
  plan(request: BackupRequest, kind?: BackupPlan['kind']): Promise<BackupPlan>;
  /** Result of the job: SetManifest. @throws Failure JOB_ALREADY_RUNNING, DATABASE_*, REPOSITORY_* */
  start(request: BackupRequest, by: BackupBy): Promise<StartedJob>;
};

/** Null when no set holds the files. A store that cannot be reached ends the job, which the ledger keeps, and not the plan: its first step asks again. */
async function rootOf({files}: BackupEngines): Promise<string | null> {
  const readable = await files.readable().catch(() => ({root: files.location}));
  return readable?.root ?? null;
}

export function createBackup(engines: BackupEngines, jobs: Jobs): Backup {
  const steps = backupSteps(engines);

  async function plan(request: BackupRequest, kind: BackupPlan['kind'] = 'backup'): Promise<BackupPlan> {
    return (await prepare(request, kind)).plan;
  }

  async function prepare(
    request: BackupRequest,
    kind: BackupPlan['kind'] = 'backup',
  ): Promise<{plan: BackupPlan; obstacles: readonly Obstacle[]}> {
    const takesDatabase = request.scope?.includes('database') ?? true;
    const now = engines.clock.now();
    const database = takesDatabase ? await engines.database.inspect() : null;
    const made = planBackup(request, {
      now,
      kind,
      set: newSetId(now),
      repository: engines.repository.location,
      steps: steps.map((step) => step.name),
      previous: await engines.sets.newest(),
      database,
      jobs: engines.settings.jobs,
      files: {driver: engines.files.driver, location: engines.files.location, directory: await rootOf(engines)},
      config: {source: engines.config.location, directory: engines.config.directory},
      staging: {directory: engines.workDirectory, bytes_free: await freeBytes(engines.workDirectory)},
    });
    return {plan: made, obstacles: database?.obstacles ?? []};
  }

  /** @throws Failure of the first obstacle with which the set would not be whole */
  async function planPossible(request: BackupRequest, kind?: BackupPlan['kind']): Promise<BackupPlan> {
    const {plan: made, obstacles} = await prepare(request, kind);
    const obstacle = obstacles.find(({stops}) => stops);
    if (obstacle) {
      throw new Failure(obstacle.code, `${obstacle.message} ${obstacle.remedy}`);
    }
    return made;
  }

  const procedure: Procedure<BackupPlan, BackupFound> = {
    kind: 'backup',
    steps,
    subject: ({set}) => set,
    conclude: (_plan, found) => {
      const {manifest} = need(found, 'sealed');
      return {result: manifest, status: isWhole(manifest) ? 'success' : 'warning'};
    },
    async clean(job, {set}, outcome) {
      // The dump holds every credential in plain text: it never outlives its job.
      await rm(join(engines.workDirectory, job), {recursive: true, force: true});
      if (outcome === 'error' || outcome === 'canceled') {
        engines.ledger.append(`backup.${outcome}`, {kind: 'system', id: 'companion', name: 'companion'}, {set, job});
      }
    },
  };

  return {
    plan,
    start: (request, {actor, origin, kind}) =>
      jobs.start(procedure, () => planPossible(request, kind), {
        actor,
        reason: request.reason ?? '',
        request: {...request, kind: kind ?? 'backup'},
        ...(origin && {origin}),
      }),
  };
}
