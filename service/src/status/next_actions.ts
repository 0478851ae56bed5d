import {
  VerifyResult,
  type Approval,
  type Job,
  type NextAction,
  type RepositoryFinding,
  type SetSummary,
  type Status,
} from '@disaster-recovery/contract';
import {formatDuration} from '../kernel/format.ts';
import {FILES_ELSEWHERE} from '../words/files_elsewhere.ts';

/** A repository that nobody reads is a hope. */
const READ_BACK_EVERY_MS = 7 * 24 * 3_600_000;
/** Clocks of two machines differ by less; more is a mistake, or a set that somebody made up. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

type Known = Omit<Status, 'next_actions'>;
/** What to type, on a shell and in chat; null where there is nothing to type. */
type Commands = {shell: string | null; chat: string | null};

/** A remedy is a sentence where no command does it. */
function action(message: string, {shell, chat}: Commands, sentence?: string): NextAction {
  const remedy = sentence ?? shell ?? chat ?? '';
  return {message, remedy, shell, chat};
}

const BACK_UP: Commands = {shell: 'drctl backup', chat: '/dr backup'};
const ENROLL: Commands = {shell: 'drctl enroll', chat: null};
const show = (set: string): Commands => ({shell: `drctl show ${set}`, chat: `/dr show ${set}`});

/** What an administrator should do next, most urgent first; empty when nothing needs doing. */
export function nextActions(status: Known): NextAction[] {
  const {repository, last_failed: failed} = status;
  return [
    ...(repository.outcome === 'failed'
      ? [action('The repository does not open.', {shell: 'drctl doctor', chat: null})]
      : []),
    ...(failed?.error
      ? [action(`The last backup failed: ${failed.error.message}`, {shell: null, chat: null}, failed.error.remedy)]
      : []),
    ...pluginActions(status),
    ...setActions(status),
  ];
}

/** What waits for a second administrator, wherever it was asked for. */
export function approvalActions(approvals: readonly Approval[]): NextAction[] {
  return approvals
    .filter(({approved_by: by}) => by === null)
    .map(({id, asked_by: asker, says}) =>
      action(`${asker.name} asks to ${says}, and waits for a second administrator.`, {
        shell: `drctl approve ${id}`,
        chat: `/dr approve ${id}`,
      }),
    );
}

function pluginActions({enrollment}: Known): NextAction[] {
  switch (enrollment.state) {
    case 'enrolled':
      return [];
    case 'none':
      return [action("No plugin is enrolled, so values from Mattermost's environment are not backed up.", ENROLL)];
    case 'read_only':
      return [
        action(
          enrollment.read_only_because?.message ?? 'The Mattermost that answers is not the one that was enrolled.',
          ENROLL,
          enrollment.read_only_because?.remedy,
        ),
      ];
  }
}

function setActions({verdict, last_set: last, running, now, rpo_objective_ms: objective}: Known): NextAction[] {
  if (verdict.kind === 'none') {
    return running === null ? [action('Nothing is backed up yet.', BACK_UP)] : [];
  }
  if (last === null) {
    return [];
  }
  const {newer} = verdict;
  return [
    ...(verdict.beyond_objective && objective !== null
      ? [
          action(
            `${newer ? 'The newest whole set' : 'The newest set'} is ${formatDuration(now - last.t0)} old; the objective is ${formatDuration(objective)}.`,
            BACK_UP,
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
            {shell: null, chat: null},
            'Synchronize the clocks of the database server and of this machine with NTP, and take a new backup.',
          ),
        ]
      : []),
  ];
}

function damageActions(damage: Status['verdict']['damage'], last: SetSummary): NextAction[] {
  switch (damage) {
    case null:
      return [];
    case 'cross_check':
      return [action('The newest set lacks files that its database names.', show(last.id))];
    case 'lost_parts':
      return [action(`Parts of set ${last.id} are not in the repository any more. Take a new backup.`, BACK_UP)];
    case 'verification':
      return [action(`The last verification of set ${last.id} found damage. Take a new backup.`, BACK_UP)];
  }
}

const PARTS = {database: 'the database', config: 'the configuration', files: 'the files'} as const;

function missingActions({missing}: Status['verdict'], {standing}: SetSummary): NextAction[] {
  return missing
    .filter(({protected_by: by}) => by === null)
    .map(({part}) =>
      standing.elsewhere.includes(part)
        ? action(
            `No set holds ${PARTS[part]}: ${FILES_ELSEWHERE.message}.`,
            {shell: null, chat: null},
            FILES_ELSEWHERE.remedy,
          )
        : action(`No set holds ${PARTS[part]}.`, BACK_UP),
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
export function findingActions(findings: readonly RepositoryFinding[], inUse: string): NextAction[] {
  return findings
    .filter(({repository, set}) => set !== null || repository !== inUse)
    .map(({message, remedy}) => action(message, {shell: null, chat: null}, remedy));
}

/** Reading a set back is due when the newest time that one passed L2 is a week ago, or unknown. */
export function proofAction(
  {last_set: last, now}: Pick<Known, 'last_set' | 'now'>,
  jobs: readonly Job[],
  inUse: string,
): NextAction[] {
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
