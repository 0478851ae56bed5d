import {providerName, type IdentitySnapshot, type Job, type Readiness} from '@disaster-recovery/contract';
import type {Approvals} from '../approvals/index.ts';
import type {Jobs} from '../jobs/index.ts';
import {createAnnouncer} from './announce/announce.ts';
import {adminAccess, administratorCode} from './access/admin_access.ts';
import {suspectedMessage} from './watch/alarm.ts';
import {brief} from './status/brief.ts';
import {createCodes, type Codes} from './codes/codes.ts';
import {COMPANION, type SsoEngines} from './engines.ts';
import {extendProcedure, planExtension} from './sessions/extend_procedure.ts';
import {forecast} from './locked_out/forecast.ts';
import {closeIncident, declareIncident, ensureIncident} from './incident/incident.ts';
import {claim, claimSheet, letIn} from './access/let_in.ts';
import {findPeople, lockedOut} from './locked_out/locked_out.ts';
import {isTwoPersonRule, planSwitch} from './switch/plan_switch.ts';
import {resolve} from './switch_back/resolve.ts';
import {returnList, type ListParts} from './return_list/return_list.ts';
import {createSessionStore, type SessionStore} from './sessions/store.ts';
import {createSnapshotStore, type SnapshotStore} from './originals/store.ts';
import {recall, takeSnapshot, writeIdentities} from './originals/snapshot.ts';
import type {By, Sso} from './sso.ts';
import {ssoStatus} from './status/status.ts';
import {waitingFor} from './switch_back/waiting_for.ts';
import {createSsoStore, type SsoStore} from './store/store.ts';
import {createSwitchBack} from './switch_back/switch_back.ts';
import {switchProcedure} from './switch/switch_procedure.ts';
import {createProviderWatch, type ProviderWatch} from './detection/watch_providers.ts';
import {createDriftWatch, lookAtSettings, setAgain} from './settings/drift.ts';
import {activeAdministrators, tellAdministrators} from './people/tell.ts';
import {rounds} from './watch/watch.ts';

export type SsoParts = {
  engines: SsoEngines;
  jobs: Jobs;
  approvals: Approvals;
  readiness(snapshot: () => IdentitySnapshot | null): () => Promise<Readiness>;
  classify: Parameters<typeof createProviderWatch>[0]['classify'];
};

/** Puts the parts of an SSO outage together. */
export function createSso({engines, jobs, approvals, readiness, classify}: SsoParts): Sso {
  const {state, clock, ledger, cipher} = engines;
  const store = createSsoStore({state, clock, ledger, cipher});
  const snapshots = createSnapshotStore(state, cipher);
  const sessions = createSessionStore(state);
  const codes = createCodes(state, clock);
  const list: ListParts = {accounts: engines.accounts, clock, store, snapshots};
  const watch = watchProviders(engines, classify);
  const running = () => jobs.running('accounts');
  const made = {engines, store, snapshots, sessions, codes, approvals, list, watch, running};
  const snapshot = (by: By) => takeSnapshot({...engines, store: snapshots}, by.actor);
  return {
    ...reports(made),
    ...switches(made, jobs),
    ...returns(made, jobs),
    readiness: readiness(() => snapshots.latest()),
    snapshot,
    administrators: () => activeAdministrators(engines),
    writeIdentities: (directory) => writeIdentities(snapshots, directory),
    watch: () =>
      rounds({
        engines,
        store,
        round: (it) => watch.round(it),
        snapshot: () => snapshot({actor: COMPANION}),
        lookAtSettings: createDriftWatch(made),
        announce: createAnnouncer({...made, jobs}),
        countAway: async () => (await readList(made)).list.count,
      }),
  };
}

type Made = {
  engines: SsoEngines;
  store: SsoStore;
  snapshots: SnapshotStore;
  sessions: SessionStore;
  codes: Codes;
  approvals: Approvals;
  list: ListParts;
  watch: ProviderWatch;
  running(): Job | null;
};

function watchProviders(engines: SsoEngines, classify: SsoParts['classify']): ProviderWatch {
  return createProviderWatch({
    ...engines,
    settings: engines.settings.probe,
    classify,
    onSuspected: async (suspicion) => tellAdministrators(engines, await suspectedMessage(engines, suspicion)),
    onRecovered: (provider) =>
      tellAdministrators(
        engines,
        `${providerName(provider)} is no longer taken for down. \`/dr sso status\` says what is left to do.`,
      ),
  });
}

/**
 * What was lost here may be in the repository: it is asked while nothing is known, because that takes time and may fail. `surely`: also
 * while something is known that was never stored whole.
 */
async function remembered<T>(
  {engines, snapshots}: Made,
  work: () => Promise<T>,
  {surely = false}: {surely?: boolean} = {},
): Promise<T> {
  const problem =
    surely || snapshots.isEmpty()
      ? await recall({store: snapshots, repository: engines.repository, state: engines.state})
      : null;
  if (problem !== null) {
    engines.log.warn({problem}, 'The memory of identities could not be completed from the repository.');
  }
  return work();
}

function readList(made: Made): ReturnType<typeof returnList> {
  return remembered(made, () =>
    returnList(made.list, {
      countExtended: (id) => made.sessions.count(id),
      settings: async (id) => (await lookAtSettings(made, id)).settings,
      isWaiting: () => waitingFor(made.running()) !== null,
    }),
  );
}

function reports(
  made: Made,
): Pick<Sso, 'status' | 'detection' | 'brief' | 'forecast' | 'lockedOut' | 'people' | 'returnList'> {
  const {engines, watch} = made;
  return {
    status: () =>
      ssoStatus({
        ...made,
        detection: () => watch.detection(),
        forecast: () => forecast(engines),
        returnList: () => readList(made),
        settings: (id) => lookAtSettings(made, id),
      }),
    detection: () => watch.detection(),
    brief: () => brief({...engines, ...made, detection: () => watch.detection()}),
    forecast: () => forecast(engines),
    lockedOut: () => lockedOut(engines),
    people: (text) => findPeople(engines, text),
    returnList: async () => (await readList(made)).list,
  };
}

function switches(
  made: Made,
  jobs: Jobs,
): Pick<
  Sso,
  | 'declare'
  | 'setAgain'
  | 'extend'
  | 'planSwitch'
  | 'startSwitch'
  | 'letIn'
  | 'claimSheet'
  | 'claim'
  | 'administratorCode'
  | 'adminAccess'
> {
  const {engines, store, sessions, approvals} = made;
  const procedures = {switch: switchProcedure(engines, store), extend: extendProcedure(engines, store, sessions)};
  const incidentId = (): string => store.needIncident().id;
  const declaredFor = (user: string, by: By) => () => ensureIncident(made, `access for ${user}`, by).id;
  return {
    declare: (request, by) => declareIncident(made, request, by),
    setAgain: async (by) => setAgain(made, incidentId(), by.actor),
    extend: async (request, by) => {
      const id = incidentId();
      return jobs.start(procedures.extend, () => planExtension(engines, id, request), {
        ...startedBy(by, 'extend sessions'),
        request,
      });
    },
    planSwitch: async (request, by) => {
      const {
        ids: _ids,
        tell: _tell,
        reach: _reach,
        ...plan
      } = await planSwitch(made, request, {incident: incidentId(), by});
      return plan;
    },
    startSwitch: async (request, by) => {
      const {approval, ...asked} = request;
      const id = incidentId();
      // Of the very plan that is carried out: who is in a team, or whose session ends, changes meanwhile.
      const plan = async () => {
        const {reach, ...planned} = await planSwitch(made, request, {incident: id, by});
        const says = `switch ${reach.people} of ${reach.of} people to email and password`;
        const act = {verb: 'switch' as const, scope: id, says, request: asked, reach};
        approvals.require(act, {approval, by: by.actor, waits: isTwoPersonRule(engines, by)});
        return planned;
      };
      return jobs.start(procedures.switch, plan, {...startedBy(by, 'switch to email and password'), request: asked});
    },
    letIn: async (request, by) => {
      const id = incidentId();
      return letIn(made, request, {declared: () => id, by});
    },
    claimSheet: async (request, by) => claimSheet(made, request, {incident: incidentId(), by}),
    claim: (request) => claim(made, request),
    administratorCode: (request, by) => administratorCode(made, request, {declared: declaredFor(request.user, by), by}),
    adminAccess: (request, by) => adminAccess(made, request, {declared: declaredFor(request.user, by), by}),
  };
}

function returns(made: Made, jobs: Jobs): Pick<Sso, 'planSwitchBack' | 'startSwitchBack' | 'resolve' | 'close'> {
  const switchBack = createSwitchBack({...made, jobs});
  return {
    planSwitchBack: (request) => remembered(made, () => switchBack.plan(request)),
    startSwitchBack: (request, by) => remembered(made, () => switchBack.start(request, by)),
    resolve: (request, by) => remembered(made, () => resolve(made, request, by)),
    // Nobody looks for people who are away once it is closed.
    close: (by) => remembered(made, () => closeIncident(made, by), {surely: true}),
  };
}

function startedBy({actor, origin}: By, reason: string) {
  return {actor, reason, ...(origin && {origin})};
}
