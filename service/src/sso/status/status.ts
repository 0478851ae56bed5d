import {
  providerName,
  type Detection,
  type Forecast,
  type IncidentState,
  type Job,
  type NextAction,
  type ReturnList,
  type SsoStatus,
} from '@disaster-recovery/contract';
import {formatDuration} from '../../kernel/format.ts';
import type {Approvals} from '../../approvals/index.ts';
import type {SsoEngines} from '../engines.ts';
import {actionBy} from '../../words/next_action.ts';
import {daysLate, type AwayCounts} from '../return_list/return_list.ts';
import type {LiveSettings} from '../settings/drift.ts';
import {outageWords} from '../settings/sign_in_settings.ts';
import type {SnapshotStore} from '../originals/store.ts';
import type {SsoStore} from '../store/store.ts';
import {waitingFor} from '../switch_back/waiting_for.ts';
import {claimUrl} from '../codes/claim_url.ts';
import {counted, people} from '../../words/plural.ts';

const SNAPSHOT_TOO_OLD_MS = 26 * 3_600_000;

export type StatusParts = {
  engines: SsoEngines;
  store: SsoStore;
  snapshots: SnapshotStore;
  approvals: Approvals;
  detection(): Detection;
  forecast(): Promise<Forecast>;
  returnList(): Promise<{list: ReturnList; counts: AwayCounts}>;
  settings(incident: string): Promise<LiveSettings>;
  /** The job that changes accounts right now. */
  running(): Job | null;
};

/** @throws Failure DATABASE_* */
export async function ssoStatus(parts: StatusParts): Promise<SsoStatus> {
  const {engines, store, snapshots, approvals} = parts;
  const incident = store.incident();
  const detection = parts.detection();
  const [forecast, {list, counts}, writer, live] = await Promise.all([
    parts.forecast(),
    parts.returnList(),
    engines.writer(),
    incident ? parts.settings(incident.id) : {settings: [], drift: null},
  ]);
  const counted = incident ? store.countPeople(incident.id) : {};
  const status: Omit<SsoStatus, 'next_actions'> = {
    at: engines.clock.now(),
    state: stateOf(incident?.state, detection),
    incident,
    detection,
    counts: {
      sso_accounts: forecast.sso_accounts,
      locked_out_now: forecast.locked_out_now,
      switched: counts.switched + counts.outside,
      claimed: counts.claimed,
      returned: counted.returned ?? 0,
      conflicts: counts.conflict,
    },
    ...live,
    declaration: incident ? null : await declarationOf(engines),
    waiting: waitingFor(parts.running()),
    approvals: approvals.open().filter(({verb}) => verb === 'switch'),
    snapshot: snapshots.latest(),
    bridge: writer.through,
  };
  return {...status, next_actions: nextActions(status, list)};
}

async function declarationOf({effectiveConfig, siteUrl}: SsoEngines): Promise<SsoStatus['declaration']> {
  const {headline, text, warnings} = outageWords(await effectiveConfig().catch(() => null), claimUrl(siteUrl()));
  return {text: `${headline} ${text}`, warnings};
}

function stateOf(declared: IncidentState | undefined, {proposal}: Detection): IncidentState {
  return declared ?? (proposal === null ? 'watching' : 'suspected');
}

const peopleAre = (count: number): string => counted(count, 'person is', 'people are');

type Shown = Omit<SsoStatus, 'next_actions'>;

/** What an administrator should do next, most urgent first. */
function nextActions(status: Shown, list: ReturnList): NextAction[] {
  const {approvals, counts, snapshot, at} = status;
  const isSnapshotOld = snapshot === null || at - snapshot.at > SNAPSHOT_TOO_OLD_MS;
  return [
    ...(status.state === 'suspected' && status.detection.proposal
      ? [
          actionBy(
            `${providerName(status.detection.proposal.provider)} has seemed to be down for ${formatDuration(at - status.detection.proposal.since)}; ${peopleAre(counts.locked_out_now)} locked out. ${status.detection.proposal.message}`,
            'drctl sso declare --reason "…"',
          ),
        ]
      : []),
    ...approvals
      .filter(({approved_by: approvedBy}) => approvedBy === null)
      .map(({id, asked_by: asker, says}) =>
        actionBy(`${asker.name} asks to ${says}, and waits for a second administrator.`, `/dr approve ${id}`),
      ),
    ...(status.drift ? [actionBy(status.drift.message, 'drctl sso set-again')] : []),
    ...(status.incident ? duringIncident(status, status.incident.deadline_at, list) : []),
    ...(counts.conflicts > 0
      ? [
          actionBy(
            `${counted(counts.conflicts, 'account needs', 'accounts need')} a decision.`,
            'drctl sso return-list',
          ),
        ]
      : []),
    ...(status.incident === null && list.count > 0
      ? [
          actionBy(
            `${counted(list.count, 'account was', 'accounts were')} switched to email and password by something else.`,
            'drctl sso return-list',
          ),
        ]
      : []),
    ...(isSnapshotOld
      ? [
          actionBy(
            snapshot === null ? 'There is no identity snapshot yet.' : 'The identity snapshot is more than a day old.',
            'drctl sso snapshot',
          ),
        ]
      : []),
  ];
}

function duringIncident(status: Shown, deadline: number, list: ReturnList): NextAction[] {
  const {
    state,
    detection: {providers},
    waiting,
    at,
  } = status;
  // Until that person has signed in nothing else is to be done: neither is everyone back, nor is there anything to start.
  if (waiting) {
    return [
      actionBy(
        `${waiting.message}, ${Math.max(1, Math.ceil((waiting.until - at) / 60_000))} min left. Ask @${waiting.person.username} to do so now.`,
        'drctl jobs',
      ),
    ];
  }
  const isProviderUp = providers.length > 0 && providers.every((provider) => provider.state === 'up');
  return [
    ...(state === 'declared'
      ? [actionBy('No account is changed yet. Keep people in who are in.', 'drctl sso extend-sessions')]
      : []),
    ...(list.overdue && !list.empty
      ? [
          actionBy(
            `${people(list.count)} should have been back ${daysLate(deadline, at) === 1 ? '1 day' : `${daysLate(deadline, at)} days`} ago.`,
            'drctl sso switch-back',
          ),
        ]
      : []),
    ...(list.count > 0 && isProviderUp
      ? [actionBy(`The provider answers again, and ${peopleAre(list.count)} still switched.`, 'drctl sso switch-back')]
      : []),
    ...(state !== 'declared' && list.empty ? [actionBy('Everyone is back.', 'drctl sso close')] : []),
  ];
}
