import type {Hold, KeepPreview, KeepResult} from '@disaster-recovery/contract';
import {isoTime} from '../kernel/clock.ts';
import {formatBytes} from '../kernel/format.ts';
import {counted} from './plural.ts';

/** What the rules come to, before the table: how many go, or why none does. */
export function keepVerdict({repository, sets, held_back: held, loose, rules}: KeepPreview): string {
  const going = sets.filter(({goes}) => goes).length;
  const left = loose > 0 ? ` So do ${counted(loose, 'snapshot')} of backups that never became a set.` : '';
  const says = rules.length > 0 ? ` Kept: ${rules.join(', ')}.` : '';
  if (held) {
    return `Nothing goes from ${repository} now. ${held.message} ${held.remedy}`;
  }
  return `${going === 0 ? 'No set goes' : `${counted(going, 'set')} of ${sets.length} ${going === 1 ? 'goes' : 'go'}`} from ${repository}.${left}${says}`;
}

/** Why a set stays, or that it goes. */
export const reasonWords = ({reasons, goes}: KeepPreview['sets'][number]): string =>
  goes ? 'goes' : reasons.map(({message}) => message).join(' ');

export function keepResultWords({repository, removed, loose, freed_bytes: freed, stay}: KeepResult): string {
  const left = loose > 0 ? ` and ${counted(loose, 'snapshot')} that belonged to none` : '';
  return `${counted(removed.length, 'set')}${left} removed from ${repository}, ${formatBytes(freed)} freed. ${counted(stay, 'set')} ${stay === 1 ? 'stays' : 'stay'}.`;
}

export const holdWords = ({owner, reason, until}: Omit<Hold, 'set'>): string =>
  `held by ${owner.name}${until === null ? '' : ` until ${isoTime(until)}`}: ${reason}`;
