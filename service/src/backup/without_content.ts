import type {Omission} from '@disaster-recovery/contract';
import type {FileStore, LeadsTo} from '../engines/filestore/port.ts';
import {someOf} from '../kernel/format.ts';
import {counted} from '../words/plural.ts';

/** Enough to find them by. */
const NAMES_KEPT = 3;

type LeftOut = Exclude<LeadsTo, 'inside'>;

/** What in the file store has no content that a set could hold: how many by where they lead, and the first names. */
export type WithoutContent = Partial<Record<LeftOut, {count: number; first: string[]}>>;

/** Looks at each as it is now. What has become a file, or is gone, is no loss; what leads inside comes back as it is. */
export async function countWithoutContent(
  files: Pick<FileStore, 'leadsTo'>,
  paths: Iterable<string>,
): Promise<WithoutContent> {
  const found: WithoutContent = {};
  for (const path of paths) {
    const where = await files.leadsTo(path);
    if (where !== null && where !== 'inside') {
      const kind = (found[where] ??= {count: 0, first: []});
      kind.count += 1;
      if (kind.first.length < NAMES_KEPT) {
        kind.first.push(path);
      }
    }
  }
  return found;
}

const WORDS: Readonly<Record<LeftOut, {what: (count: number) => string; reason: string}>> = {
  outside: {
    what: (count) => `what ${counted(count, 'link')} out of the file store ${count === 1 ? 'leads' : 'lead'} to`,
    reason: 'no backup follows them; move what they lead to into the file store, or mount it there',
  },
  nothing: {
    what: (count) => `${counted(count, 'link')} to nothing`,
    reason: 'there is nothing to take; put back what they led to, or remove them',
  },
  no_link: {
    what: (count) => counted(count, 'device or pipe', 'devices or pipes'),
    reason: 'they hold no content; remove them from the file store',
  },
};

/** How a set says it. */
export function withoutContentOmitted(found: WithoutContent | undefined): Omission[] {
  return (['outside', 'nothing', 'no_link'] as const).flatMap((where) => {
    const {count = 0, first = []} = found?.[where] ?? {};
    const {what, reason} = WORDS[where];
    return count === 0 ? [] : [{part: 'files' as const, what: `${what(count)} (${someOf(first, count)})`, reason}];
  });
}
