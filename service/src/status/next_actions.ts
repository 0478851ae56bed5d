import {
  FAILURES,
  VerifyResult,
  type AlarmCode,
  type Approval,
  type Job,
  type NextAction,
  type RepositoryFinding,
  type Schedule,
  type SetSummary,
  type Status,
} from '@disaster-recovery/contract';
import {formatDuration} from '../kernel/format.ts';
import {FILES_ELSEWHERE} from '../words/files_elsewhere.ts';

/** A repository that nobody reads is a hope. */
const READ_BACK_EVERY_MS = 7 * 24 * 3_600_000;
/** Clocks of two machines differ by less; more is a mistake, or a set that somebody made up. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

type Known = Omit<Status, 'next_actions' | 'alarms'>;

/** Something to do, and the alarm that it is, if it is one: what is said of both is said once. */
export type Action = NextAction & {raises?: {code: AlarmCode; about: string | null}};
/** What to type, on a shell and in chat; null where there is nothing to type. */
type Commands = {shell: string | null; chat: string | null};

/** A remedy is a sentence where no command does it. */
function action(message: string, {shell, chat}: Commands, sentence?: string): Action {
  const remedy = sentence ?? shell ?? chat ?? '';
  return {message, remedy, shell, chat};
}

/** The same, as an alarm. */
const raising = (code: AlarmCode, done: Action, about: string | null = null): Action => ({
  ...done,
  raises: {code, about},
});

const NOTHING_TO_TYPE: Commands = {shell: null, chat: null};

const BACK_UP: Commands = {shell: 'drctl backup', chat: '/dr backup'};
const ENROLL: Commands = {shell: 'drctl enroll', chat: null};
const show = (set: string): Commands => ({shell: `drctl show ${set}`, chat: `/dr show ${set}`});

/** What an administrator should do next, most urgent first; empty when nothing needs doing. */
export function nextActions(status: Known): Action[] {
  const {repository, last_failed: failed} = status;
  return [
    ...(repository.outcome === 'failed'
      ? [raising('REPOSITORY_FAILED', action('The repository does not open.', {shell: 'drctl doctor', chat: null}))]
      : []),
    ...(failed?.error
      ? [
          raising(
            'BACKUP_FAILED',
            action(`The last backup failed: ${failed.error.message}`, NOTHING_TO_TYPE, failed.error.remedy),
          ),
        ]
      : []),
    ...pluginActions(status),
    ...setActions(status),
  ];
}

/** What waits for a second administrator, wherever it was asked for. */
export function approvalActions(approvals: readonly Approval[]): Action[] {
  return approvals
    .filter(({approved_by: by}) => by === null)
    .map(({id, asked_by: asker, says}) =>
      action(`${asker.name} asks to ${says}, and waits for a second administrator.`, {
        shell: `drctl approve ${id}`,
        chat: `/dr approve ${id}`,
      }),
    );
}

function pluginActions({enrollment}: Known): Action[] {
  switch (enrollment.state) {
    case 'enrolled':
      return [];
    case 'none':
      return [action("No plugin is enrolled, so values from Mattermost's environment are not backed up.", ENROLL)];
    case 'read_only':
      return [
        raising(
          'COMPANION_READ_ONLY',
          action(
            enrollment.read_only_because?.message ?? 'The Mattermost that answers is not the one that was enrolled.',
            ENROLL,
            enrollment.read_only_because?.remedy,
          ),
        ),
      ];
  }
}

function setActions({verdict, last_set: last, running, now, rpo_objective_ms: objective}: Known): Action[] {
  if (verdict.kind === 'none') {
    return running === null ? [raising('BACKUP_NONE', action('Nothing is backed up yet.', BACK_UP))] : [];
  }
  if (last === null) {
    return [];
  }
  const {newer} = verdict;
  return [
    ...(verdict.beyond_objective && objective !== null
      ? [
          raising(
            'BACKUP_LATE',
            action(
              `${newer ? 'The newest whole set' : 'The newest set'} is ${formatDuration(now - last.t0)} old; the objective is ${formatDuration(objective)}.`,
              BACK_UP,
            ),
          ),
        ]
      : []),
    ...damageActions(verdict.damage, last),
    ...missingActions(verdict, last),
    ...(newer ? [action(newerWords(newer), show(newer.id))] : []),
    ...(last.t0 - now > CLOCKS_DIFFER_MS
      ? [
          action(
            `Set ${last.id} says that it was made ${formatDuration(last.t0 - now)} from now.`,
            NOTHING_TO_TYPE,
            'Synchronize the clocks of the database server and of this machine with NTP, and take a new backup.',
          ),
        ]
      : []),
  ];
}

function damageActions(damage: Status['verdict']['damage'], last: SetSummary): Action[] {
  switch (damage) {
    case null:
      return [];
    case 'cross_check':
      return [raising('SET_DAMAGED', action('The newest set lacks files that its database names.', show(last.id)))];
    case 'lost_parts':
      return [
        raising(
          'SET_DAMAGED',
          action(`Parts of set ${last.id} are not in the repository any more. Take a new backup.`, BACK_UP),
        ),
      ];
    case 'verification':
      return [
        raising(
          'SET_DAMAGED',
          action(`The last verification of set ${last.id} found damage. Take a new backup.`, BACK_UP),
        ),
      ];
  }
}

const PARTS = {database: 'the database', config: 'the configuration', files: 'the files'} as const;

function missingActions({missing}: Status['verdict'], {standing}: SetSummary): Action[] {
  return missing
    .filter(({protected_by: by}) => by === null)
    .map(({part}) =>
      raising(
        'SET_PARTIAL',
        standing.elsewhere.includes(part)
          ? action(`No set holds ${PARTS[part]}: ${FILES_ELSEWHERE.message}.`, NOTHING_TO_TYPE, FILES_ELSEWHERE.remedy)
          : action(`No set holds ${PARTS[part]}.`, BACK_UP),
        part,
      ),
    );
}

function newerWords({id, standing}: SetSummary): string {
  if (standing.kind === 'good') {
    return `Set ${id} is newer, but parts of it are not in the repository any more.`;
  }
  return standing.kind === 'damaged'
    ? `Set ${id} is newer, but lacks files that its database names.`
    : `Set ${id} is newer, but does not hold ${standing.missing.map((part) => PARTS[part]).join(' and ')}.`;
}

/** What does not fit between repositories, and those that do not answer; of the one in use that is said already. */
export function findingActions(findings: readonly RepositoryFinding[], inUse: string): Action[] {
  return findings
    .filter(({repository, set}) => set !== null || repository !== inUse)
    .map(({set, repository, message, remedy}) =>
      raising(
        set === null ? 'COPY_FAILED' : 'SETS_DIFFER',
        action(message, NOTHING_TO_TYPE, remedy),
        set ?? repository,
      ),
    );
}

/** Reading a set back is due when the newest time that one passed L2 is a week ago, or unknown. */
export function proofAction(
  {last_set: last, now}: Pick<Known, 'last_set' | 'now'>,
  jobs: readonly Job[],
  inUse: string,
): Action[] {
  const isProof = ({kind, status, result, finished_at: at}: Job): boolean => {
    const verified = kind === 'verify' && status === 'success' ? VerifyResult.safeParse(result) : undefined;
    const isHere = (verified?.data?.repository ?? inUse) === inUse;
    return isHere && verified?.data?.level === 'L2' && at !== null && now - at < READ_BACK_EVERY_MS;
  };
  return last === null || jobs.some(isProof)
    ? []
    : [
        action('No set was read back from the repository in the last seven days.', {
          shell: 'drctl verify latest --level L2',
          chat: '/dr verify latest --level L2',
        }),
      ];
}

const SILENT_MS = 15 * 60_000;

/** What goes on by itself, and does not as it should. */
export type ByItself = {
  copies: readonly {name: string; objectiveMs: number}[];
  schedules: readonly Schedule[];
  /** What repositories that are said to be append-only answered last. */
  probes: readonly {name: string; refused: boolean | null}[];
  policy: {message: string; remedy: string} | null;
};

export function byItselfActions(
  status: Known,
  {copies, schedules, probes, policy}: ByItself,
  jobs: readonly Job[],
): Action[] {
  return [
    ...copies.flatMap((copy) => lateCopy(status, copy)),
    ...schedules.flatMap(failedSchedule),
    ...probes.flatMap(deletePossible),
    ...heldBack(jobs),
    ...(policy ? [raising('POLICY_NOT_IN_EFFECT', action(policy.message, NOTHING_TO_TYPE, policy.remedy))] : []),
    ...silence(status),
  ];
}

/** While a copy is away its age is not known; that it is away is said by its own finding, until it was there again. */
function lateCopy({repositories = [], verdict, now}: Known, {name, objectiveMs}: ByItself['copies'][number]): Action[] {
  const copy = repositories.find((each) => each.name === name);
  // One that has none yet is as late as the set that it should have.
  const age = copy?.newest_t0 == null ? (verdict.age_ms ?? 0) : now - copy.newest_t0;
  if (!copy || copy.outcome === 'failed' || age <= objectiveMs) {
    return [];
  }
  const says =
    copy.newest_t0 === null
      ? `The copy ${name} has no good set.`
      : `The newest good set in the copy ${name} is ${formatDuration(now - copy.newest_t0)} old; its objective is ${formatDuration(objectiveMs)}.`;
  const commands = {shell: `drctl copy latest --to ${name}`, chat: `/dr copy latest --to ${name}`};
  return [raising('COPY_LATE', action(says, commands), name)];
}

function failedSchedule({name, last}: Schedule): Action[] {
  const isOver = last && (last.outcome === 'missed' || (last.outcome === 'error' && last.next_try === null));
  return isOver
    ? [
        raising(
          'SCHEDULE_FAILED',
          action(`The last run of the schedule ${name} was not made: ${last.message ?? 'no reason is known'}`, {
            shell: `drctl schedule run ${name}`,
            chat: `/dr schedule run ${name}`,
          }),
          name,
        ),
      ]
    : [];
}

function deletePossible({name, refused}: ByItself['probes'][number]): Action[] {
  return refused === false
    ? [
        raising(
          'DELETE_POSSIBLE',
          action(
            `The repository ${name} is said to be append-only, and let this machine delete.`,
            {shell: `drctl probe ${name}`, chat: `/dr probe ${name}`},
            FAILURES.DELETE_POSSIBLE.remedy,
          ),
          name,
        ),
      ]
    : [];
}

function heldBack(jobs: readonly Job[]): Action[] {
  const newest = jobs.find(({kind, status}) => kind === 'keep' && ['success', 'warning', 'error'].includes(status));
  return newest?.status === 'error' && newest.error
    ? [raising('KEEP_HELD_BACK', action(newest.error.message, NOTHING_TO_TYPE, newest.error.remedy))]
    : [];
}

function silence({enrollment: {state, last_seen_at: seen}, now}: Known): Action[] {
  return state === 'enrolled' && seen !== null && now - seen > SILENT_MS
    ? [
        raising(
          'MATTERMOST_SILENT',
          action(`Mattermost, or the plugin in it, has not answered for ${formatDuration(now - seen)}.`, {
            shell: 'drctl doctor',
            chat: null,
          }),
        ),
      ]
    : [];
}
