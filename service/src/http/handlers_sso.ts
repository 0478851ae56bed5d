import type {RouteName} from '@disaster-recovery/contract';
import type {Enrolment} from '../enrolment/index.ts';
import type {Sso} from '../sso/index.ts';
import type {Handlers} from './handler.ts';
import {parameter, query} from './parameter.ts';

type SsoRoute = Extract<RouteName, `sso_${string}`>;

/** The routes of an SSO outage. Whatever changes an account or a setting is refused to a clone of the enrolled server. */
export function createSsoHandlers(
  sso: Omit<Sso, 'watch'>,
  {requireWritable}: Pick<Enrolment, 'requireWritable'>,
): Pick<Handlers, SsoRoute> {
  /** The capability, once this is known to be the enrolled server. */
  const writable = (): typeof sso => {
    requireWritable();
    return sso;
  };
  return {
    sso_status: () => sso.status(),
    sso_detection: () => sso.detection(),
    sso_readiness: () => sso.readiness(),
    sso_forecast: () => sso.forecast(),
    sso_locked_out: () => sso.lockedOut(),
    sso_people: ({request}) => sso.people(query(request, 'q')),
    sso_snapshot: ({actor}) => sso.snapshot({actor}),
    sso_declare: ({body, actor}) => writable().declare(body, {actor}),
    sso_close: ({actor}) => writable().close({actor}),
    sso_set_again: ({actor}) => writable().setAgain({actor}),
    sso_extend: async ({body, actor}) => (await writable().extend(body, {actor})).job,
    sso_plan_switch: ({body, actor}) => sso.planSwitch(body, {actor}),
    sso_switch: async ({body, actor}) => (await writable().startSwitch(body, {actor})).job,
    sso_approve: ({request, actor}) => writable().approve(parameter(request, 'id'), {actor}),
    sso_let_in: ({body, actor}) => writable().letIn(body, {actor}),
    sso_claim_sheet: ({body, actor}) => writable().claimSheet(body, {actor}),
    sso_admin_access: ({body, actor}) => writable().administratorCode(body, {actor}),
    sso_claim: ({body}) => writable().claim(body),
    sso_plan_switch_back: ({body, actor}) => sso.planSwitchBack(body, {actor}),
    sso_switch_back: async ({body, actor}) => (await writable().startSwitchBack(body, {actor})).job,
    sso_return_list: () => sso.returnList(),
    sso_resolve: ({body, actor}) => writable().resolve(body, {actor}),
  };
}
