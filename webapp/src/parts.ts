import type {Part, SetSummary} from '@disaster-recovery/contract';
import type {Message} from './i18n/say.tsx';

export const PARTS: readonly Part[] = ['database', 'config', 'files'];

export function partMessage(part: Part): Message {
  return {id: `part.${part}`};
}

/** Parts that the set lacks, wholly or in part. */
export function missingParts(set: Pick<SetSummary, 'standing'>): Part[] {
  const {missing, incomplete} = set.standing;
  return PARTS.filter((part) => missing.includes(part) || incomplete.includes(part));
}
