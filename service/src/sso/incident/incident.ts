import type {DeclareRequest, DeclareResult, Incident, Job} from '@disaster-recovery/contract';
import {asFailure, Failure} from '../../kernel/failure.ts';
import type {Codes} from '../codes/codes.ts';
import type {SsoEngines} from '../engines.ts';
import {putSessionsBack} from '../sessions/extend_procedure.ts';
import {returnList, type ListParts} from '../return_list/return_list.ts';
import {waitingFor} from '../switch_back/waiting_for.ts';
import type {SessionStore} from '../sessions/store.ts';
import {
  outageWords,
  putSettingsBack,
  takeOverSettings,
  tellOnSignInPage,
  WAIT_FOR_PLUGIN,
  wouldBeLost,
} from '../settings/sign_in_settings.ts';
import type {By} from '../sso.ts';
import type {SsoStore} from '../store/store.ts';
import {claimUrl} from '../codes/claim_url.ts';
import {counted} from '../../words/plural.ts';

const DAY_MS = 24 * 3_600_000;

export type IncidentParts = {
  /** The job that changes accounts right now. */
  running(): Job | null;
  engines: SsoEngines;
  store: SsoStore;
  sessions: SessionStore;
  codes: Codes;
  list: ListParts;
};

/** An administrator says: there is an outage. @throws Failure SSO_ALREADY_DECLARED */
export async function declareIncident(
  {engines, store}: Omit<IncidentParts, 'running'>,
  {reason, tell}: DeclareRequest,
  by: By,
): Promise<DeclareResult> {
  const former = store.lastIncident();
  const incident = store.declare(reason, by.actor, engines.settings.deadline_days * DAY_MS);
  try {
    await takeOverSettings(
      {store, settings: await engines.signInSettings(), incident: incident.id, by: by.actor},
      former,
    );
  } catch (error) {
    engines.log.warn(
      {code: asFailure(error).code, reason: asFailure(error).message},
      'It could not be seen whether settings of an earlier outage are still there.',
    );
  }
  return {...incident, warnings: tell ? await tellEverybody({engines, store}, incident.id, by) : []};
}

/** The outage is declared all the same, whatever could not be told; the answer names it. */
async function tellEverybody(
  {engines, store}: Pick<IncidentParts, 'engines' | 'store'>,
  incident: string,
  by: By,
): Promise<string[]> {
  try {
    const config = await engines.effectiveConfig();
    const words = outageWords(config, claimUrl(engines.siteUrl()));
    const settings = await engines.signInSettings();
    await tellOnSignInPage({store, settings, incident, by: by.actor}, words, config?.banner !== false);
    return words.warnings;
  } catch (error) {
    const {code, message} = asFailure(error);
    engines.log.warn({code, reason: message}, 'The words on the sign-in page could not be set.');
    return [`The words on the sign-in page could not be set: ${message}`];
  }
}

/** The incident of now; a locked-out administrator need not declare one first. */
export function ensureIncident(
  {engines, store}: Pick<IncidentParts, 'engines' | 'store'>,
  reason: string,
  by: By,
): Incident {
  return store.incident() ?? store.declare(reason, by.actor, engines.settings.deadline_days * DAY_MS);
}

/**
 * Ends the incident: everybody is back, so the remaining settings and sessions go back as well.
 * @throws Failure SSO_NOT_DECLARED, JOB_ALREADY_RUNNING, RETURN_LIST_NOT_EMPTY naming what is left
 */
export async function closeIncident(
  {engines, store, sessions, list, running}: IncidentParts,
  by: By,
): Promise<Incident> {
  const incident = store.needIncident();
  const job = running();
  if (job !== null) {
    throw new Failure(
      'JOB_ALREADY_RUNNING',
      `${waitingFor(job)?.message ?? `Job ${job.id} still changes accounts`}; the incident can be closed when it has ended.`,
      {details: {job: job.id}},
    );
  }
  const {list: people} = await returnList(list, {
    countExtended: (id) => sessions.count(id),
    settings: async (id) => store.changedSettings(id),
    isWaiting: () => false,
  });
  if (!people.empty) {
    throw new Failure(
      'RETURN_LIST_NOT_EMPTY',
      `${counted(people.count, 'person is', 'people are')} not back yet: ${people.entries
        .slice(0, 5)
        .map(({person}) => `@${person.username}`)
        .join(', ')}.`,
    );
  }
  const left = await putBackRest({engines, store, sessions}, incident.id, by);
  if (left.length > 0) {
    throw new Failure('RETURN_LIST_NOT_EMPTY', left.join(' '));
  }
  store.moveIncident(incident.id, 'closed', by.actor);
  return store.lastIncident() ?? incident;
}

async function putBackRest(
  {engines, store, sessions}: Pick<IncidentParts, 'engines' | 'store' | 'sessions'>,
  incident: string,
  by: By,
): Promise<string[]> {
  const settings = await engines.signInSettings();
  const isAny = store.changedSettings(incident).some(({state}) => state === 'changed');
  if (isAny && (await wouldBeLost(engines, settings))) {
    return [WAIT_FOR_PLUGIN];
  }
  const changed = isAny ? await putSettingsBack({store, settings, incident, by: by.actor}) : [];
  const extended = sessions.count(incident) > 0 ? await putSessionsBack(engines, sessions, incident) : null;
  if (extended) {
    engines.ledger.append('sso.sessions_put_back', by.actor, {incident, ...extended});
  }
  const notBack = changed.filter(({state}) => state === 'changed').map(({key}) => key);
  return [
    ...(notBack.length > 0 ? [`These settings could not be put back: ${notBack.join(', ')}.`] : []),
    ...(extended && extended.failed > 0
      ? [`${counted(extended.failed, 'extended session')} could not be put back.`]
      : []),
  ];
}
