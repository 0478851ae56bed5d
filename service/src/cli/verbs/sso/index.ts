import type {Verb} from '../../verb.ts';
import {accessVerbs} from './access.ts';
import {incidentVerbs} from './incident.ts';
import {lookVerbs} from './look.ts';
import type {WithSso} from './parts.ts';
import {switchVerbs} from './switch.ts';

/** What follows `drctl sso`, in the order of an outage. */
export function createSsoVerbs(withSso: WithSso): Record<string, Verb> {
  const [look, incident, switching, access] = [
    lookVerbs(withSso),
    incidentVerbs(withSso),
    switchVerbs(withSso),
    accessVerbs(withSso),
  ];
  return {
    status: look.status,
    readiness: look.readiness,
    snapshot: look.snapshot,
    forecast: look.forecast,
    declare: incident.declare,
    'set-again': incident.setAgain,
    'extend-sessions': incident.extend,
    switch: switching.switch,
    approve: incident.approve,
    'let-in': access.letIn,
    'claim-sheet': access.claimSheet,
    'admin-access': access.adminAccess,
    'return-list': look['return-list'],
    'switch-back': switching.switchBack,
    resolve: incident.resolve,
    close: incident.close,
  };
}
