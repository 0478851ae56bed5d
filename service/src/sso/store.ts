import type {Cipher} from '../kernel/cipher.ts';
import type {Clock} from '../kernel/clock.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {incidentStore} from './store_incidents.ts';
import {peopleStore} from './store_people.ts';
import {settingStore} from './store_settings.ts';

export type StoreParts = {state: State; clock: Clock; ledger: Ledger; cipher: Cipher};

/** The present state of incidents. Each change is one transaction with its ledger entry. */
export type SsoStore = ReturnType<typeof createSsoStore>;

export function createSsoStore(parts: StoreParts) {
  return {...incidentStore(parts), ...peopleStore(parts), ...settingStore(parts)};
}
