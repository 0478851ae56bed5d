import type {BackupPlan} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {need, type Step, type StepContext} from '../jobs/index.ts';
import {captureConfig} from './capture_config.ts';
import {captureDatabase} from './capture_database.ts';
import type {BackupEngines} from './engines.ts';
import type {BackupFound} from './found.ts';
import {lacksSpace} from './plan.ts';
import {secondPass} from './second_pass.ts';
import {checkRowsAgainstFiles, readBack, seal} from './seal.ts';
import {readableAsPlanned, storeFiles, storePart} from './store_part.ts';

const lacks =
  (part: 'database' | 'config' | 'files') =>
  (plan: BackupPlan): boolean =>
    plan[part] === null;

/**
 * The whole backup, in order. Mattermost writes a file first and its row second, so whatever T0's rows name is there after T0,
 * or it was deleted meanwhile and a pass before T0 has it: hence two passes around one instant of the database.
 */
export function backupSteps(engines: BackupEngines): readonly Step<BackupPlan, BackupFound>[] {
  return [
    {name: 'preflight', run: (plan, _found, context) => preflight(engines, plan, context)},
    {
      name: 'first_pass',
      // Without the database there is no T0 to be on both sides of.
      skip: (plan) => plan.files === null || plan.database === null,
      run: async (plan, _found, context) => ({first_pass: await storeFiles(engines, {plan}, context)}),
    },
    {
      name: 'capture_database',
      skip: lacks('database'),
      run: (plan, _found, context) => captureDatabase(engines, plan, context),
    },
    {
      name: 'store_database',
      skip: lacks('database'),
      run: async (plan, found, context) => {
        const {dump_directory: directory} = need(found, 'database');
        return {stored_database: await storePart(engines, {plan, part: 'database', directory}, context)};
      },
    },
    {
      name: 'capture_config',
      skip: lacks('config'),
      run: (plan, _found, context) => captureConfig(engines, plan, context),
    },
    {
      name: 'second_pass',
      skip: lacks('files'),
      run: (plan, found, context) => secondPass(engines, {plan, found}, context),
    },
    {name: 'cross_check', run: (_plan, found, context) => checkRowsAgainstFiles(engines, found, context)},
    {name: 'seal', commits: true, run: (plan, found, context) => seal(engines, {plan, found}, context)},
    {name: 'read_back', run: (plan, found, context) => readBack(engines, {plan, found}, context)},
    {
      name: 'record',
      run: async (plan, found, context) => record(engines, {plan, manifest: need(found, 'sealed').manifest}, context),
    },
  ];
}

async function preflight(
  engines: BackupEngines,
  plan: BackupPlan,
  context: StepContext,
): Promise<Pick<BackupFound, 'started_at' | 'tool_versions'>> {
  const missing = lacksSpace(plan);
  if (missing !== null) {
    throw new Failure('DISK_FULL', missing, {details: plan.staging});
  }
  if (plan.files) {
    await readableAsPlanned(engines, plan);
  }
  engines.ledger.append('backup.started', context.actor, {
    set: plan.set,
    job: context.job,
    scope: plan.scope,
    reason: plan.reason,
  });
  for (const warning of plan.warnings) {
    context.note('warning', warning);
  }
  const engine = await engines.repository.engineVersion();
  return {
    started_at: engines.clock.now(),
    tool_versions: {
      drctl: engines.settings.version,
      restic: engine,
      ...(plan.database && {pg_dump: plan.database.dump_tool_version}),
    },
  };
}

async function record(
  engines: BackupEngines,
  {plan, manifest}: {plan: BackupPlan; manifest: BackupFound['sealed']['manifest']},
  context: StepContext,
): Promise<object> {
  engines.ledger.append('backup.finished', context.actor, {
    set: plan.set,
    job: context.job,
    manifest_sha256: manifest.sha256,
    t0: manifest.t0,
    scope: manifest.scope,
    reason: manifest.reason,
    rows: manifest.database?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0,
    files: manifest.files?.count ?? 0,
    bytes_added: manifest.bytes_added,
    cross_check: manifest.cross_check.outcome,
    omitted: manifest.omitted,
  });
  return {};
}
