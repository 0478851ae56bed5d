import type {Actor, ResolveRequest, ReturnEntry} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import type {Codes} from '../codes/codes.ts';
import type {SsoEngines} from '../engines.ts';
import {EMAIL} from '../people/identity.ts';
import {findAway, type Away, type ListParts} from '../return_list/return_list.ts';
import {returnPeople} from './return_people.ts';
import type {SnapshotStore} from '../originals/store.ts';
import type {By} from '../sso.ts';
import type {SsoStore} from '../store/store.ts';
import {newHolder} from '../store/people.ts';

export type ResolveParts = {
  engines: SsoEngines;
  codes: Codes;
  store: SsoStore;
  snapshots: SnapshotStore;
  list: ListParts;
};

/**
 * Does what a human decided about an account on the return list.
 * @throws Failure ACCOUNT_NOT_FOUND, ACCOUNT_EXCLUDED, SWITCH_NOT_PROVEN, SSO_NOT_DECLARED
 */
export async function resolve(
  parts: ResolveParts,
  {user, choice, reason}: ResolveRequest,
  by: By,
): Promise<ReturnEntry> {
  const {engines, store, list} = parts;
  const incident = store.needIncident();
  const away = await findAway(list, user);
  if (!away) {
    throw new Failure('ACCOUNT_NOT_FOUND', `${user} is not on the return list.`);
  }
  engines.ledger.append('sso.resolved', by.actor, {
    incident: incident.id,
    user: away.entry.person.id,
    choice,
    reason,
    conflict: away.entry.conflict?.kind ?? null,
  });
  if (choice === 'leave') {
    leave(parts, away, {incident: incident.id, reason, by: by.actor});
  } else {
    await restore(parts, away, {incident, by: by.actor});
  }
  return away.entry;
}

function leave(
  {engines, store, snapshots}: ResolveParts,
  {entry, original, switched_at: switchedAt}: Away,
  {incident, reason, by}: {incident: string; reason: string; by: Actor},
): void {
  const {id, username, email} = entry.person;
  if (store.person(incident, id) === null) {
    store.take({incident, holder: newHolder(), by}, 'returning', [{user: id, username, email, original}]);
  }
  store.settle(incident, [{user: id, state: 'left', message: reason, data: {switched_at: switchedAt}}], by);
  snapshots.leave(id, engines.clock.now());
}

async function restore(
  parts: ResolveParts,
  {entry, original, switched_at}: Away,
  {incident, by}: {incident: {id: string; declared_at: number}; by: Actor},
): Promise<void> {
  const {engines, codes, store, snapshots} = parts;
  const {id, username, email} = entry.person;
  if (entry.live === null) {
    throw new Failure('ACCOUNT_EXCLUDED', `@${username} was deleted; all that can be done is to leave it.`);
  }
  const writer = await engines.writer();
  for (const holder of await engines.accounts.holdersOf([original.sign_in.data ?? ''])) {
    if (holder.id !== id) {
      // Nobody can sign in to it afterwards; deactivating it is left to the administrator, who sees what it holds.
      const [freed] = await writer.changeSignIn([{id: holder.id, from: holder.sign_in, to: EMAIL}]);
      engines.ledger.append('sso.duplicate_freed', by, {
        incident: incident.id,
        user: holder.id,
        username: holder.username,
        for: id,
        outcome: freed?.outcome ?? 'failed',
      });
      if (freed?.outcome === 'changed') {
        // A snapshot may have seen it with the data that is taken from it: it must not be asked to come back.
        snapshots.leave(holder.id, engines.clock.now());
      }
    }
  }
  const [outcome] = await returnPeople(
    {
      accounts: engines.accounts,
      tokens: engines.tokens,
      codes,
      store,
      writer,
      incident: incident.id,
      by,
      holder: newHolder(),
      declaredAt: incident.declared_at,
      insist: true,
    },
    [{user: id, username, email, original, switched_at}],
  );
  if (outcome?.outcome !== 'returned' && outcome?.outcome !== 'already') {
    throw new Failure(
      'SWITCH_NOT_PROVEN',
      `@${username} could not be given back: ${outcome?.message ?? 'no reason given'}`,
    );
  }
}
