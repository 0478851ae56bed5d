import type {Gate, Person, ReturnEntry, SwitchBackPlan, SwitchBackRequest} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {peopleAway, type Away, type ListParts} from '../return_list/return_list.ts';
import {RETURN_STEPS, type PrivateReturnPlan} from './return_procedure.ts';

const SHOWN = 1000;

/** Little of each, because there may be many. */
type Ready = Person & {service: string; is_administrator: boolean; has_password: boolean};

/** Who would go back, in which order; changes nothing. @throws Failure ACCOUNT_NOT_FOUND, DATABASE_* */
export async function planSwitchBack(
  parts: ListParts,
  request: SwitchBackRequest,
  gates: Gate[],
): Promise<PrivateReturnPlan> {
  const incident = parts.store.needIncident();
  const {ready, conflicts, in_conflict: inConflict, missing} = await sortOut(parts, request);
  if (request.users && ready.length === 0 && inConflict === 0) {
    throw new Failure('ACCOUNT_NOT_FOUND', `Not on the return list: ${[...missing].slice(0, 5).join(', ')}.`);
  }
  const canary = chooseCanary(ready, request.canary);
  const ordered = inOrder(ready, canary);
  return {
    incident: incident.id,
    count: ready.length,
    canary: canary && personOf(canary),
    groups: groupsOf(ordered, canary),
    people: ordered
      .slice(0, SHOWN)
      .map((one) => ({...personOf(one), service: one.service, has_password: one.has_password})),
    conflicts,
    gates,
    settings: parts.store.changedSettings(incident.id),
    warnings: [
      ...(missing.size > 0 ? [`Not on the return list: ${[...missing].slice(0, 10).join(', ')}.`] : []),
      ...(request.without_provider_check
        ? ['Neither the health of the provider nor a real sign-in is asked for; that is recorded.']
        : []),
      ...(inConflict > 0 ? [`${inConflict} need a decision first: drctl sso return-list.`] : []),
    ],
    steps: [...RETURN_STEPS],
    ids: ordered.map(({id}) => id),
    canary_id: canary?.id ?? null,
    declared_at: incident.declared_at,
    without_provider_check: request.without_provider_check,
    resume_sync: request.resume_sync,
  };
}

type Sorted = {ready: Ready[]; conflicts: ReturnEntry[]; in_conflict: number; missing: Set<string>};

async function sortOut(parts: ListParts, {users}: SwitchBackRequest): Promise<Sorted> {
  const missing = new Set((users ?? []).map(plainName));
  const found: Sorted = {ready: [], conflicts: [], in_conflict: 0, missing};
  for await (const away of peopleAway(parts)) {
    const names = namesOf(away.entry.person);
    if (users !== undefined && !names.some((name) => missing.has(name))) {
      continue;
    }
    names.forEach((name) => missing.delete(name));
    if (away.entry.conflict === null) {
      found.ready.push(readyOf(away));
    } else {
      found.in_conflict += 1;
      if (found.conflicts.length < SHOWN) {
        found.conflicts.push(away.entry);
      }
    }
  }
  return found;
}

function readyOf({entry: {person, is_administrator, state}, original}: Away): Ready {
  return {...person, service: original.sign_in.service, is_administrator, has_password: state === 'claimed'};
}

function personOf({id, username, email}: Ready): Person {
  return {id, username, email};
}

const plainName = (name: string): string => name.replace(/^@/, '').toLowerCase();
const namesOf = ({id, username, email}: Person): string[] => [id, username.toLowerCase(), email.toLowerCase()];

/** Somebody whose mistake costs least: no administrator, and preferably one who has claimed and so is at hand. @throws Failure ACCOUNT_NOT_FOUND */
function chooseCanary(ready: readonly Ready[], wanted: string | undefined): Ready | null {
  if (wanted !== undefined) {
    const chosen = ready.find((one) => namesOf(one).includes(plainName(wanted)));
    if (!chosen) {
      throw new Failure('ACCOUNT_NOT_FOUND', `${wanted} is not among those who can be switched back now.`);
    }
    return chosen;
  }
  const members = ready.filter((one) => !one.is_administrator);
  return members.find((one) => one.has_password) ?? members[0] ?? ready[0] ?? null;
}

function inOrder(ready: readonly Ready[], canary: Ready | null): Ready[] {
  const rest = ready
    .filter((one) => one !== canary)
    .sort((a, b) => Number(a.is_administrator) - Number(b.is_administrator) || a.username.localeCompare(b.username));
  return canary ? [canary, ...rest] : rest;
}

function groupsOf(ordered: readonly Ready[], canary: Ready | null): SwitchBackPlan['groups'] {
  const rest = canary ? ordered.slice(1) : ordered;
  const administrators = rest.filter((one) => one.is_administrator).length;
  const members = rest.length - administrators;
  return [
    {name: 'canary', count: canary ? 1 : 0},
    {name: 'five', count: Math.min(5, members)},
    {name: 'fifty', count: Math.min(50, Math.max(0, members - 5))},
    {name: 'rest', count: Math.max(0, members - 55)},
    {name: 'administrators', count: administrators},
  ];
}
