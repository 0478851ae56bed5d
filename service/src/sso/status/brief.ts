import {providerName, type Detection, type Job, type NextAction} from '@disaster-recovery/contract';
import type {SsoEngines} from '../engines.ts';
import {actionBy} from '../../words/next_action.ts';
import {isSameSignIn, signsInWithPassword} from '../people/identity.ts';
import {knownOriginal} from '../return_list/return_list.ts';
import type {SnapshotStore} from '../originals/store.ts';
import {waitingFor} from '../switch_back/waiting_for.ts';
import type {SsoStore} from '../store/store.ts';
import {counted} from '../../words/plural.ts';

/** More are not looked at: the line says "many" then, and the return list names them. */
const LOOKED_AT = 200;
const AWAY = ['switching', 'switched', 'returning', 'conflict', 'failed'] as const;
const HOW = 'drctl sso status';

export type BriefParts = Pick<SsoEngines, 'accounts' | 'clock'> & {
  store: SsoStore;
  snapshots: SnapshotStore;
  detection(): Detection;
  /** The job that changes accounts right now. */
  running(): Job | null;
};

/**
 * What the status of everything has to say about single sign-on, in one line; null when nobody is needed. Looks at the companion's memory and at
 * those few accounts that the newest identity snapshot missed, never at all accounts.
 * @throws Failure DATABASE_*
 */
export async function brief(parts: BriefParts): Promise<NextAction | null> {
  const {store, detection} = parts;
  const incident = store.incident();
  if (incident) {
    const states = store.countPeople(incident.id);
    const away = AWAY.reduce((sum, state) => sum + (states[state] ?? 0), 0);
    const waiting = waitingFor(parts.running());
    if (waiting) {
      return actionBy(`${waiting.message}; the switch back goes on then.`, HOW);
    }
    const isLate = parts.clock.now() > incident.deadline_at;
    return actionBy(
      `An SSO outage is declared; ${counted(away, 'person is', 'people are')} not switched back yet${away > 0 && isLate ? ', and should have been' : ''}.`,
      HOW,
    );
  }
  const {proposal} = detection();
  if (proposal) {
    return actionBy(`An SSO outage of ${providerName(proposal.provider)} is suspected: ${proposal.message}`, HOW);
  }
  const outside = await countOutside(parts);
  return outside === 0
    ? null
    : actionBy(
        `${outside === LOOKED_AT ? 'Many' : outside} ${outside === 1 ? 'account was' : 'accounts were'} switched to email and password by something else.`,
        'drctl sso return-list',
      );
}

/** Accounts that were no longer among the SSO accounts at the newest snapshot, and sign in with a password now. */
async function countOutside({accounts, store, snapshots}: BriefParts): Promise<number> {
  const missed = snapshots.missedByNewest(LOOKED_AT);
  const live = missed.length === 0 ? [] : await accounts.byId(missed);
  return live.filter((account) => {
    const known = signsInWithPassword(account) ? knownOriginal(store, snapshots, account.id) : null;
    return known !== null && !isSameSignIn(account.sign_in, known.original.sign_in);
  }).length;
}
