import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Actor, RestorePlan, RestoreRequest, RestoreResult, SetManifest} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {newJobId} from '../kernel/ids.ts';
import {freeBytes} from '../kernel/space.ts';
import {need, type Jobs, type Procedure, type StartedJob} from '../jobs/index.ts';
import type {RestoreEngines} from './engines.ts';
import type {Rights} from '../engines/database/port.ts';
import {requirePossible} from './gate.ts';
import {missingFiles, missingWords} from './missing_files.ts';
import {planRestore, type RestoreFacts} from './plan.ts';
import {rightsToday} from './live_rights.ts';
import {whoRegains} from './regained.ts';
import {requireSecond} from './second_administrator.ts';
import {restoreSteps} from './steps.ts';
import {keptAt, stagedTrees, treesOf} from './trees.ts';
import {chooseTargets, type Targets} from './targets.ts';
import {createUndo, type Undo} from './undo.ts';
import {createUndoLog} from './undo_log.ts';
import {attemptOf, type Found, type PrivatePlan, type RestoreFound} from './work.ts';

export type Restore = Undo & {
  /** What a restore would do now; changes nothing. @throws Failure SET_NOT_FOUND, PART_NOT_IN_SET, DATABASE_*, REPOSITORY_* */
  plan(request: RestoreRequest): Promise<RestorePlan>;
  /**
   * Takes a restore point first (its own job), then restores. Result of the job: RestoreResult. The caller has shown the plan and got a confirmation.
   * @throws Failure as `plan`, and TARGET_NOT_EMPTY, MATTERMOST_IS_RUNNING, VERSION_TOO_OLD, DATABASE_PRIVILEGE, DISK_FULL, JOB_ALREADY_RUNNING
   */
  start(request: RestoreRequest, by: {actor: Actor}): Promise<StartedJob>;
};

type Prepared = {plan: PrivatePlan; manifest: SetManifest; database: RestoreFacts['database']; rights: Rights | null};

export function createRestore(engines: RestoreEngines, jobs: Jobs): Restore {
  const undoLog = createUndoLog(engines.state, engines.clock);
  const steps = restoreSteps(engines, undoLog, null);

  const prepare = (request: RestoreRequest): Promise<Prepared> => prepareFor(engines, steps, request);
  const procedureFor = (databaseUrl: string | null): Procedure<PrivatePlan, RestoreFound> => ({
    kind: 'restore',
    steps: restoreSteps(engines, undoLog, databaseUrl),
    subject: ({set}) => set,
    // What was left out is for a person to look at, even where everything else is proven.
    conclude: (plan, found) => ({
      status: leftOut(plan, found).length > 0 ? 'warning' : 'success',
      result: resultOf(engines, databaseUrl, {plan, found}),
    }),
    clean: (job, plan, outcome) => cleanUp(engines, databaseUrl, {job, plan, outcome}),
  });
  /** The plan of a killed restore that asked for the same: it goes on as it was, with its own half-filled targets. */
  const interrupted = (request: RestoreRequest): PrivatePlan | null =>
    jobs.planToContinue('restore', publicRequest(engines, request)) as PrivatePlan | null;

  async function start(request: RestoreRequest, {actor}: {actor: Actor}): Promise<StartedJob> {
    const asked = publicRequest(engines, request);
    const options = {actor, reason: `restore ${request.set}`, request: asked};
    const databaseUrl = urlOf(engines, request);
    const startJob = (makePlan: () => Promise<PrivatePlan>): Promise<StartedJob> =>
      jobs.start(procedureFor(databaseUrl), makePlan, options);
    if (interrupted(request)) {
      return startJob(() => Promise.reject(new Error('the interrupted restore has ended meanwhile')));
    }
    const {plan, manifest, database, rights} = await prepare(request);
    const second = (): void => {
      if (plan.mode === 'in_place') {
        const {set, parts} = plan;
        const exactly = {
          set,
          ...elsewhere(engines),
          parts,
          keep_rights: request.keep_rights ?? false,
          restore_point: plan.restore_point,
          ...(request.accept_incomplete && {accept_incomplete: true}),
        };
        const from = engines.from === null ? '' : ` of the repository ${engines.from}`;
        const without = request.accept_incomplete ? ', without the files that cannot be read' : '';
        const says = `restore set ${set}${from} in place of the live server${without}`;
        requireSecond(engines, {verb: 'restore', says, request: exactly, rights}, {actor, approval: request.approval});
      }
    };
    // Asked for before Mattermost must be stopped, because there it is approved; used up once nothing else is in the way.
    if (request.approval === undefined) {
      second();
    }
    await requirePossible(plan, {manifest, database, trees: treesOf(engines, plan)});
    const incompleteFiles = plan.accept_incomplete === true;
    await engines.inspection.require(manifest, {depth: 'contents', parts: plan.parts, incompleteFiles});
    if (request.approval !== undefined) {
      second();
    }
    const point = plan.restore_point ? await takeRestorePoint(engines, plan, actor) : null;
    return startJob(async () => ({...plan, restore_point_set: point}));
  }

  return {
    start,
    plan: async (request) => publicPlan(interrupted(request) ?? (await inspected(engines, await prepare(request)))),
    ...createUndo(engines, jobs, undoLog),
  };
}

async function prepareFor(
  engines: RestoreEngines,
  steps: readonly {name: string}[],
  request: RestoreRequest,
): Promise<Prepared> {
  const manifest = await engines.show(request.set);
  const targets = await whereTheyAre(engines, chooseTargets(request, manifest, engines.live));
  const now = engines.clock.now();
  const database = await databaseFacts(engines, targets, manifest);
  const rights = targets.mode === 'in_place' ? await rightsToday(engines, manifest.t0) : null;
  const regains =
    rights && targets.databaseUrl !== null ? whoRegains(manifest.database?.privileged ?? [], rights) : null;
  const keepRights = request.keep_rights === true;
  const plan = planRestore({
    now,
    id: newJobId().slice(0, 6),
    manifest,
    targets,
    database,
    regains,
    keepRights,
    acceptIncomplete: request.accept_incomplete === true,
    steps: steps.map((step) => step.name),
    others: await engines.survey(),
    restorePoint:
      targets.mode === 'in_place' && request.without_restore_point !== true && (database?.facts.exists ?? true),
    space: {
      work: {directory: engines.workDirectory, bytes_free: await freeBytes(engines.workDirectory)},
      files: await spaceAt(engines, targets.files),
      config: await spaceAt(engines, targets.config),
    },
  });
  const taken = (keepRights ? (regains ?? []) : []).map(({id, roles, is_deactivated}) => ({id, roles, is_deactivated}));
  return {plan: {...plan, restore_point_set: null, take_rights: taken}, manifest, database, rights};
}

/** The plan, with what would keep it from starting for the sake of the set itself. */
async function inspected({inspection}: RestoreEngines, {plan, manifest}: Prepared): Promise<PrivatePlan> {
  const found = await inspection.find(manifest, {depth: 'contents', parts: plan.parts});
  return {...plan, warnings: [...plan.warnings, ...found.map(({message, remedy}) => `${message} ${remedy}`)]};
}

const urlOf = ({live}: RestoreEngines, {into}: RestoreRequest): string | null =>
  (into ? into.database : live?.databaseUrl) ?? null;

/** Where the trees are is settled before anything is planned: a name may mean another place later. */
async function whereTheyAre({fileTargets}: RestoreEngines, targets: Targets): Promise<Targets> {
  return {
    ...targets,
    files: targets.files === null ? null : await fileTargets.locate(targets.files),
    config: targets.config === null ? null : await fileTargets.locate(targets.config),
  };
}

const spaceAt = async ({fileTargets}: RestoreEngines, place: string | null): Promise<number | null> =>
  place === null ? null : (await fileTargets.at(place).inspect()).bytes_free;

/** What was asked, without the password of the target, and without the approval: with or without it, it is the same. */
function publicRequest(engines: RestoreEngines, {approval: _approval, ...request}: RestoreRequest): unknown {
  const database = request.into?.database;
  const asked = {...request, ...elsewhere(engines)};
  return database === undefined
    ? asked
    : {...asked, into: {...request.into, database: engines.databases.target(database).location}};
}

/** What was asked, or approved, of one repository is not so of another. */
const elsewhere = ({from}: RestoreEngines): {repository?: string} => (from === null ? {} : {repository: from});

function publicPlan({restore_point_set, take_rights, ...plan}: PrivatePlan): RestorePlan {
  return plan;
}

async function databaseFacts(
  engines: RestoreEngines,
  {databaseUrl, mode}: Targets,
  manifest: SetManifest,
): Promise<RestoreFacts['database']> {
  if (databaseUrl === null || manifest.database === null) {
    return null;
  }
  const target = engines.databases.target(databaseUrl);
  const facts = await target.describe();
  const current =
    mode === 'in_place' && facts.tables > 0 ? (await engines.databases.source(databaseUrl).inspect()).mattermost : null;
  return {
    location: target.location,
    name: target.name,
    facts,
    obstacles: await target.obstacles(manifest.database, mode === 'in_place'),
    schema_version: current?.schema_version ?? null,
  };
}

/** @throws Failure the restore point's own error; without a safety copy nothing is overwritten */
async function takeRestorePoint(engines: RestoreEngines, plan: PrivatePlan, actor: Actor): Promise<string | null> {
  if (engines.takeRestorePoint === null) {
    return null;
  }
  const {done} = await engines.takeRestorePoint(`before restoring ${plan.set}`, actor);
  const job = await done;
  if (job.error) {
    throw new Failure(
      job.error.code as Failure['code'],
      `The restore point could not be made, so nothing was restored: ${job.error.message} If the present state is beyond saving, use --without-restore-point.`,
    );
  }
  return job.subject;
}

type Done = {plan: PrivatePlan; found: Found};

function resultOf(engines: RestoreEngines, databaseUrl: string | null, {plan, found}: Done): RestoreResult {
  const {tables, files, config} = need(found, 'proven');
  const inPlace = plan.mode === 'in_place';
  return {
    id: plan.id,
    set: plan.set,
    mode: plan.mode,
    tables,
    files,
    config,
    restore_point: plan.restore_point_set,
    undo: inPlace ? setAside(engines, databaseUrl, {plan, found}) : [],
    left_out: leftOut(plan, found),
    missing_files: missingFiles(plan, found),
    notes: [...(found.loaded?.differs ?? []), ...(found.settled ?? [])],
    next: inPlace
      ? [
          'Start Mattermost and sign in.',
          'If it is not what you wanted: stop Mattermost and run `drctl restore --undo`.',
        ]
      : nextSideBySide(plan, need(found, 'manifest')),
  };
}

const leftOut = (plan: PrivatePlan, found: Found): string[] => [
  ...(found.loaded?.left_out ?? []),
  ...missingWords(missingFiles(plan, found)),
];

/** Where the former state is kept. */
function setAside(engines: RestoreEngines, databaseUrl: string | null, {plan, found}: Done): string[] {
  const hadDatabase = databaseUrl !== null && plan.targets.database?.exists;
  return [
    ...(hadDatabase ? [`database ${engines.databases.target(databaseUrl).former(attemptOf(plan)).former}`] : []),
    ...stagedTrees(engines, plan, found).map(({target, staged}) => keptAt(engines, target.former(staged))),
  ];
}

function nextSideBySide({targets}: PrivatePlan, manifest: SetManifest): string[] {
  const environment = manifest.config?.env_names ?? [];
  return [
    ...(targets.database
      ? [`Point SqlSettings.DataSource (or MM_SQLSETTINGS_DATASOURCE) at the database ${targets.database.name}.`]
      : []),
    ...(targets.files ? [`Point FileSettings.Directory at ${targets.files.directory}.`] : []),
    ...(targets.files || targets.config
      ? ['Give the restored directories to the user that runs Mattermost (chown -R).']
      : []),
    ...(environment.length > 0
      ? [
          `The old server also had ${environment.length} settings in its environment (${environment.slice(0, 5).join(', ')}${environment.length > 5 ? ', …' : ''}); \`drctl show SET --environment\` prints them.`,
        ]
      : []),
    'Start Mattermost and sign in.',
  ];
}

type Ended = {job: string; plan: PrivatePlan; outcome: string};

/** After a failure nothing of the attempt stays: not the dump, not the fresh database, not the staged files. A swap that began is left for `--undo`. */
async function cleanUp(
  engines: RestoreEngines,
  databaseUrl: string | null,
  {job, plan, outcome}: Ended,
): Promise<void> {
  await rm(join(engines.workDirectory, job), {recursive: true, force: true});
  if (outcome !== 'error' && outcome !== 'canceled') {
    return;
  }
  engines.ledger.append(
    `restore.${outcome}`,
    {kind: 'system', id: 'companion', name: 'companion'},
    {restore: plan.id, set: plan.set, job},
  );
  for (const tree of treesOf(engines, plan)) {
    await tree.discard(plan.id);
  }
  if (databaseUrl !== null && plan.targets.database) {
    await engines.databases.target(databaseUrl).discard(attemptOf(plan));
  }
}
