import {announcedStore} from './announced.ts';
import {driftStore} from './drift.ts';
import {incidentStore} from './incidents.ts';
import type {StoreParts} from './parts.ts';
import {peopleStore} from './people.ts';
import {settingStore} from './settings.ts';

/** The present state of incidents. Each change is one transaction with its ledger entry. */
export type SsoStore = ReturnType<typeof createSsoStore>;

export function createSsoStore(parts: StoreParts) {
  return {
    ...incidentStore(parts),
    ...peopleStore(parts),
    ...settingStore(parts),
    ...driftStore(parts),
    ...announcedStore(parts),
  };
}
