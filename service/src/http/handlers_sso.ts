import type {RouteName} from '@disaster-recovery/contract';
import type {Sso} from '../sso/index.ts';
import type {Handlers} from './handler.ts';
import {query} from './parameter.ts';

/** Those of the verbs of an outage; approving was one of them once. */
type SsoRoute = Exclude<Extract<RouteName, `sso_${string}`>, 'sso_approve'>;

/** The routes of an SSO outage. */
export function createSsoHandlers(sso: () => Omit<Sso, 'watch'>): Pick<Handlers, SsoRoute> {
  return {
    sso_status: () => sso().status(),
    sso_detection: () => sso().detection(),
    sso_readiness: () => sso().readiness(),
    sso_forecast: () => sso().forecast(),
    sso_locked_out: () => sso().lockedOut(),
    sso_people: ({request}) => sso().people(query(request, 'q')),
    sso_snapshot: ({actor}) => sso().snapshot({actor}),
    sso_declare: ({body, actor}) => sso().declare(body, {actor}),
    sso_close: ({actor}) => sso().close({actor}),
    sso_set_again: ({actor}) => sso().setAgain({actor}),
    sso_extend: async ({body, actor}) => (await sso().extend(body, {actor})).job,
    sso_plan_switch: ({body, actor}) => sso().planSwitch(body, {actor}),
    sso_switch: async ({body, actor}) => (await sso().startSwitch(body, {actor})).job,
    sso_let_in: ({body, actor}) => sso().letIn(body, {actor}),
    sso_claim_sheet: ({body, actor}) => sso().claimSheet(body, {actor}),
    sso_admin_access: ({body, actor}) => sso().administratorCode(body, {actor}),
    sso_claim: ({body}) => sso().claim(body),
    sso_plan_switch_back: ({body, actor}) => sso().planSwitchBack(body, {actor}),
    sso_switch_back: async ({body, actor}) => (await sso().startSwitchBack(body, {actor})).job,
    sso_return_list: () => sso().returnList(),
    sso_resolve: ({body, actor}) => sso().resolve(body, {actor}),
  };
}
