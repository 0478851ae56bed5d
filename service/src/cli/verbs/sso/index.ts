import {accessVerbs} from './access.ts';
import {incidentVerbs} from './incident.ts';
import {lookVerbs} from './look.ts';
import type {SsoRuns, SsoVerb, WithSso} from './parts.ts';
import {switchVerbs} from './switch.ts';

/** What follows `drctl sso`. */
export function createSsoVerbs(withSso: WithSso): SsoRuns<SsoVerb> {
  return {...lookVerbs(withSso), ...incidentVerbs(withSso), ...switchVerbs(withSso), ...accessVerbs(withSso)};
}
