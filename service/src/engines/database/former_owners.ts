import type {DatabaseRecord} from '@disaster-recovery/contract';

/** A restore makes one role the owner of everything; who had what before is told, because nothing else tells it any more. */
export function formerOwners({others = []}: DatabaseRecord): string[] {
  return others.flatMap(({role, owns, may_use}) => [
    ...(owns.length > 0 ? [`the role ${role} owned ${owns.join(', ')}; the role that restored owns them now`] : []),
    ...(may_use.length > 0 ? [`the role ${role} had rights on ${may_use.join(', ')}; they are not granted again`] : []),
  ]);
}
