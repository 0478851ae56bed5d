import type {Gate, SwitchBackPlan, SwitchBackRequest, SwitchRequest} from '@disaster-recovery/contract';
import {z} from 'zod';
import {Failure} from '../kernel/failure.ts';
import {chooseCohort, type Chosen} from './cohort.ts';
import type {SsoConfig, SsoEngines} from './engines.ts';
import {isAdministrator} from './identity.ts';
import {peopleAway, type Away, type ListParts} from './return_list.ts';
import {RETURN_STEPS, type PrivateReturnPlan} from './return_procedure.ts';
import {plannedSettings, requirePasswordSignIn} from './sign_in_settings.ts';
import type {SsoStore} from './store.ts';
import {SWITCH_STEPS, type PrivateSwitchPlan} from './switch_procedure.ts';
import type {By} from './sso.ts';

const SHOWN = 1000;

const SwitchFacts = z.object({
  GuestAccountsSettings: z.object({Enable: z.boolean().default(false)}).prefault({}),
  EmailSettings: z.object({RequireEmailVerification: z.boolean().default(false)}).prefault({}),
  ServiceSettings: z.object({EnforceMultifactorAuthentication: z.boolean().default(false), TerminateSessionsOnPasswordChange: z.boolean().default(false)}).prefault({}),
});

/**
 * Who would be switched, and what else it would change; changes nothing.
 * @throws Failure ACCOUNT_NOT_FOUND, SETTING_LOCKED, NO_LOCAL_ADMINISTRATOR, DATABASE_*
 */
export async function planSwitch(engines: SsoEngines, store: SsoStore, incident: string, request: SwitchRequest, by: By): Promise<PrivateSwitchPlan> {
  const config = await engines.effectiveConfig();
  const facts = SwitchFacts.parse(config?.config ?? {});
  const cohort = await chooseCohort({
    accounts: engines.accounts, now: engines.clock.now(), operator: by.actor.id, guestsMaySignIn: facts.GuestAccountsSettings.Enable, neverSwitch: engines.settings.never_switch,
    isSwitched: (user) => store.person(incident, user) !== null,
  }, request);
  if (request.everyone) {
    await requireLocalAdministrator(engines);
  }
  const values = await (await engines.signInSettings()).read();
  requirePasswordSignIn(values);
  const settings = plannedSettings(values);
  const writer = await engines.writer();
  const tell = engines.settings.tell_people ? cohort.people.filter(({live_sessions: live}) => live > 0).map(({id}) => id) : [];
  return {
    incident, count: cohort.people.length, people: cohort.people.slice(0, SHOWN), excluded: cohort.excluded, excluded_counts: cohort.excluded_counts,
    settings, warnings: switchWarnings(cohort.people, settings, facts, writer.through, config),
    needs_second_administrator: needsSecondAdministrator(engines, request, by),
    writes_through: writer.through, steps: [...SWITCH_STEPS], ids: cohort.people.map(({id}) => id), tell,
  };
}

/** Whoever has a shell on the companion's machine is the way out when there is no second administrator. */
export function needsSecondAdministrator({settings}: Pick<SsoEngines, 'settings'>, request: SwitchRequest, by: By): boolean {
  return request.everyone === true && by.onHost !== true && settings.everyone_needs_second_administrator;
}

/** Somebody must be able to open the System Console when all providers are switched away. @throws Failure NO_LOCAL_ADMINISTRATOR */
async function requireLocalAdministrator({accounts}: SsoEngines): Promise<void> {
  for await (const account of accounts.stream('local')) {
    if (isAdministrator(account) && account.deleted_at === 0 && account.has_password) {
      return;
    }
  }
  throw new Failure('NO_LOCAL_ADMINISTRATOR', 'No system administrator has a password, so nobody could open the System Console afterwards.');
}

function switchWarnings(people: readonly Chosen[], settings: PrivateSwitchPlan['settings'], facts: z.infer<typeof SwitchFacts>, through: string, config: SsoConfig | null): string[] {
  const locked = settings.filter(({locked: isLocked}) => isLocked).map(({key}) => key);
  return [
    ...(locked.length > 0 ? [`Set by the environment of Mattermost and therefore left as they are: ${locked.join(', ')}.`] : []),
    ...(through === 'database' ? ['Accounts are changed in the database, and Mattermost is told to forget what it has cached: the plugin does not answer, or this version of Mattermost would end everybody\'s sessions.'] : []),
    ...(config === null ? ['The configuration of Mattermost could not be read, so what it demands of passwords and MFA is not known.'] : []),
    ...(facts.ServiceSettings.EnforceMultifactorAuthentication ? ['Mattermost enforces MFA: switched people are asked to set it up at once, also where they are signed in.'] : []),
    ...(facts.ServiceSettings.TerminateSessionsOnPasswordChange ? ['Choosing a password ends the other sessions of that person (TerminateSessionsOnPasswordChange).'] : []),
    ...(people.some(({service}) => service === 'ldap') ? ['LDAP people must sign in with their Mattermost username or e-mail address, not with another directory name.'] : []),
  ];
}

/** Who would go back, in which order; changes nothing. @throws Failure ACCOUNT_NOT_FOUND, DATABASE_* */
export async function planSwitchBack(parts: ListParts, request: SwitchBackRequest, gates: Gate[]): Promise<PrivateReturnPlan> {
  const incident = parts.store.needIncident();
  const {ready, conflicts, missing} = await sortOut(parts, request);
  if (request.users && ready.length === 0 && conflicts.length === 0) {
    throw new Failure('ACCOUNT_NOT_FOUND', `Not on the return list: ${[...missing].slice(0, 5).join(', ')}.`);
  }
  const canary = chooseCanary(ready, request.canary);
  const ordered = inOrder(ready, canary);
  const settings = parts.store.changedSettings(incident.id);
  const groups = groupsOf(ordered, canary);
  return {
    incident: incident.id, count: ready.length, canary: canary ? canary.entry.person : null, groups,
    people: ordered.slice(0, SHOWN).map(({entry, original}) => ({...entry.person, service: original.sign_in.service, has_password: entry.state === 'claimed'})),
    conflicts: conflicts.slice(0, SHOWN).map(({entry}) => entry), gates, settings,
    warnings: [
      ...(missing.size > 0 ? [`Not on the return list: ${[...missing].slice(0, 10).join(', ')}.`] : []),
      ...(request.without_provider_check ? ['Neither the health of the provider nor a real sign-in is asked for; that is recorded.'] : []),
      ...(conflicts.length > 0 ? [`${conflicts.length} need a decision first: drctl sso return-list.`] : []),
    ],
    steps: [...RETURN_STEPS], ids: ordered.map(({entry}) => entry.person.id), canary_id: canary?.entry.person.id ?? null, declared_at: incident.declared_at,
    without_provider_check: request.without_provider_check, all: request.users === undefined, resume_sync: request.resume_sync,
  };
}

async function sortOut(parts: ListParts, {users}: SwitchBackRequest): Promise<{ready: Away[]; conflicts: Away[]; missing: Set<string>}> {
  const missing = new Set((users ?? []).map((name) => name.replace(/^@/, '').toLowerCase()));
  const found: {ready: Away[]; conflicts: Away[]} = {ready: [], conflicts: []};
  for await (const away of peopleAway(parts)) {
    const names = [away.entry.person.id, away.entry.person.username.toLowerCase(), away.entry.person.email.toLowerCase()];
    if (users === undefined || names.some((name) => missing.has(name))) {
      names.forEach((name) => missing.delete(name));
      (away.entry.conflict ? found.conflicts : found.ready).push(away);
    }
  }
  return {...found, missing};
}

/** Somebody whose mistake costs least: no administrator, and preferably one who has claimed and so is at hand. @throws Failure ACCOUNT_NOT_FOUND */
function chooseCanary(ready: readonly Away[], wanted: string | undefined): Away | null {
  if (wanted !== undefined) {
    const name = wanted.replace(/^@/, '').toLowerCase();
    const chosen = ready.find(({entry: {person}}) => [person.id, person.username.toLowerCase(), person.email.toLowerCase()].includes(name));
    if (!chosen) {
      throw new Failure('ACCOUNT_NOT_FOUND', `${wanted} is not among those who can be switched back now.`);
    }
    return chosen;
  }
  const members = ready.filter(({entry}) => !entry.is_administrator);
  return members.find(({entry}) => entry.state === 'claimed') ?? members[0] ?? ready[0] ?? null;
}

function inOrder(ready: readonly Away[], canary: Away | null): Away[] {
  const rest = ready.filter((it) => it !== canary).sort((a, b) => Number(a.entry.is_administrator) - Number(b.entry.is_administrator)
    || a.entry.person.username.localeCompare(b.entry.person.username));
  return canary ? [canary, ...rest] : rest;
}

function groupsOf(ordered: readonly Away[], canary: Away | null): SwitchBackPlan['groups'] {
  const rest = canary ? ordered.slice(1) : ordered;
  const administrators = rest.filter(({entry}) => entry.is_administrator).length;
  const members = rest.length - administrators;
  return [
    {name: 'canary', count: canary ? 1 : 0}, {name: 'five', count: Math.min(5, members)}, {name: 'fifty', count: Math.min(50, Math.max(0, members - 5))},
    {name: 'rest', count: Math.max(0, members - 55)}, {name: 'administrators', count: administrators},
  ];
}

