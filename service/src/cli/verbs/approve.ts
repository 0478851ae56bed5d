import type {Approval} from '@disaster-recovery/contract';
import {isoTime} from '../../kernel/clock.ts';
import {cliActor, withCompanion} from '../companion.ts';
import {printable} from '../printable.ts';
import type {RunOf} from '../verb.ts';

/** Lets begin what another administrator asked for. */
export const approve: RunOf<'approve'> = ({options, subject: id = '', output}) =>
  withCompanion(options, async ({approvals}) => {
    const approval = approvals.approve(id, cliActor());
    output.say(approvalWords(approval));
    return {value: approval};
  });

export function approvalWords({id, asked_by, expires_at, says}: Approval): string {
  return `Approved: ${printable(asked_by.name)} may ${printable(says)} until ${isoTime(expires_at)}, with --approval ${printable(id)}.`;
}
