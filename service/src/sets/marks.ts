import {
  VerifyLevel,
  type Hold,
  type ListedSet,
  type RepositoryFinding,
  type UnreadableSet,
} from '@disaster-recovery/contract';
import {z} from 'zod';
import {isoTime} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {finding} from './repositories.ts';
import {isAhead} from './sets.ts';

/** What a list adds to what a set says of itself. `verified`: the last verification of it that this ledger knows, where it would be read; null without one. */
export type SetMarks = {in_future: boolean; verified: {level: VerifyLevel; passed: boolean; checked_at: number} | null};

export type LedgerEntries = Iterable<Entry>;

type Entry = {kind: string; at: number; data: Readonly<Record<string, unknown>>};

const Verified = z.object({
  set: z.string(),
  // Before there were several, it was the one in use.
  repository: z.string().optional(),
  level: VerifyLevel,
  passed: z.boolean(),
});

/** What was verified in one repository says nothing of the set in another. A set is read from the first place where it is. */
export function withMarks<T extends Pick<ListedSet, 'id' | 't0' | 'in'>>(
  sets: readonly T[],
  {now, inUse, entries, holds = []}: {now: number; inUse: string; entries: LedgerEntries; holds?: readonly Hold[]},
): (T & SetMarks)[] {
  const known = new Map<string, SetMarks['verified']>();
  for (const {kind, at, data} of entries) {
    const found = kind === 'verify.finished' ? Verified.safeParse(data).data : undefined;
    if (found) {
      known.set(keyOf(found.set, found.repository ?? inUse), {
        level: found.level,
        passed: found.passed,
        checked_at: at,
      });
    }
  }
  return sets.map((set) => ({
    ...set,
    in_future: isAhead(set.t0, now),
    verified: known.get(keyOf(set.id, set.in[0]?.repository ?? inUse)) ?? null,
    ...withHold(set.id, holds),
  }));
}

/**
 * What the verifications in one repository come to, by set. `failed`: one found the set wanting, and none of at least that level has passed
 * since. `proven`: one that looked beyond the seal passed, and none since failed.
 */
export function verifications(
  entries: Iterable<Entry>,
  {repository, inUse}: {repository: string; inUse: string},
): (set: string) => {failed: boolean; proven: boolean} {
  const known = new Map<string, {failed: VerifyLevel | null; proven: boolean}>();
  for (const {kind, data} of entries) {
    const found = kind === 'verify.finished' ? Verified.safeParse(data).data : undefined;
    if (found && (found.repository ?? inUse) === repository) {
      const {failed, proven} = known.get(found.set) ?? {failed: null, proven: false};
      const isCleared = failed === null || found.level >= failed;
      known.set(
        found.set,
        found.passed
          ? {failed: isCleared ? null : failed, proven: (proven || found.level !== 'L0') && isCleared}
          : {failed: isCleared ? found.level : failed, proven: false},
      );
    }
  }
  return (set) => {
    const {failed = null, proven = false} = known.get(set) ?? {};
    return {failed: failed !== null, proven};
  };
}

/** The hold of a set, as a list shows it. */
export function withHold(set: string, holds: readonly Hold[]): {hold?: Hold} {
  const hold = holds.find((each) => each.set === set);
  return hold ? {hold} : {};
}

const keyOf = (set: string, repository: string): string => `${set} ${repository}`;

type Marked = {
  sets: readonly (ListedSet & SetMarks)[];
  unreadable: readonly UnreadableSet[];
  /** Its name says nothing to somebody who has no other. */
  inUse: string;
  isSeveral: boolean;
};

/** What keeps sets from being taken as they stand in a list, in the only words for it: a list is shown on a shell, in the chat and on the page. */
export function markFindings({sets, unreadable, inUse, isSeveral}: Marked): RepositoryFinding[] {
  const place = (repository: string): string => (isSeveral ? ` in ${repository}` : '');
  /** How the set is named to a verb, from wherever it is read. */
  const named = (set: string, {in: [first]}: Pick<ListedSet, 'in'>): string => `${set}${fromOf(first?.repository)}`;
  const fromOf = (repository = inUse): string => (repository === inUse ? '' : ` --from ${repository}`);

  const ofSet = (set: ListedSet & SetMarks): RepositoryFinding[] => {
    const {id, in_future, verified, in: places} = set;
    const [{repository} = {repository: inUse}] = places;
    const whole = places.find(({complete}) => complete);
    return [
      ...(in_future
        ? [
            finding(
              repository,
              id,
              new Failure('SET_IN_FUTURE', `Set ${id} says that it is of the future; \`latest\` does not mean it.`, {
                remedy: `Set this machine's clock right. If it is right, do not trust the set: look at it with \`drctl show ${named(id, set)}\`.`,
              }),
            ),
          ]
        : []),
      ...(verified && !verified.passed
        ? [
            finding(
              repository,
              id,
              new Failure(
                'VERIFY_NOT_PASSED',
                `Set ${id} did not pass ${verified.level} on ${isoTime(verified.checked_at)}.`,
                {remedy: `\`drctl verify ${named(id, set)} --level ${verified.level}\` says why.`},
              ),
            ),
          ]
        : []),
      ...places
        .filter(({complete}) => !complete)
        .map((part) =>
          finding(
            part.repository,
            id,
            new Failure(
              'REPOSITORY_DAMAGED',
              `Set ${id} is not whole${place(part.repository)}: ${part.lost.join(', ')} lost.`,
              {
                remedy: whole
                  ? `It is whole in ${whole.repository}: \`drctl restore ${id}${fromOf(whole.repository)}\`.`
                  : `Take another set, and make a new backup now. \`drctl verify ${id}${fromOf(part.repository)} --level L0\` names what is lost.`,
              },
            ),
          ),
        ),
    ];
  };

  const ofUnreadable = ({repository, set, code, message, remedy}: UnreadableSet): RepositoryFinding => {
    const what = `${set === null ? 'A set' : `Set ${set}`}${place(repository)}`;
    const isNewer = code === 'SET_NEWER';
    const says = isNewer ? 'was written by a newer version of drctl, and only that one reads it' : 'cannot be read';
    const others = `Keep the repository${isSeveral ? ` ${repository}` : ''} as it is, verify its other sets (\`drctl list${fromOf(repository)}\`), and make a new backup into a new repository.`;
    const newer = `${remedy}${set === null || fromOf(repository) === '' ? '' : ` With it: \`drctl show ${set}${fromOf(repository)}\`.`}`;
    return {repository, set, code, message: `${what} ${says}: ${message}`, remedy: isNewer ? newer : others};
  };

  return [...sets.flatMap(ofSet), ...unreadable.map(ofUnreadable)];
}
