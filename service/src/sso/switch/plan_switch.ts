import type {SwitchRequest} from '@disaster-recovery/contract';
import {z} from 'zod';
import type {Approvals, Reach} from '../../approvals/index.ts';
import {Failure} from '../../kernel/failure.ts';
import {chooseCohort, type Chosen, type Cohort} from './cohort.ts';
import type {SsoEngines} from '../engines.ts';
import {isAdministrator} from '../people/identity.ts';
import {plannedSettings, requirePasswordSignIn} from '../settings/sign_in_settings.ts';
import type {SsoStore} from '../store/store.ts';
import {SWITCH_STEPS, type PrivateSwitchPlan} from './switch_procedure.ts';
import type {By} from '../sso.ts';
import {counted} from '../../words/plural.ts';

/** `approvals` decides whether one person's word is enough for whom the plan touches. */
export type PlanParts = {engines: SsoEngines; store: SsoStore; approvals: Pick<Approvals, 'isNeeded'>};

/** For which incident, and by whom. */
type Asked = {incident: string; by: By};

const SHOWN = 1000;

const SwitchFacts = z.object({
  GuestAccountsSettings: z.object({Enable: z.boolean().default(false)}).prefault({}),
  EmailSettings: z.object({RequireEmailVerification: z.boolean().default(false)}).prefault({}),
  ServiceSettings: z
    .object({
      EnforceMultifactorAuthentication: z.boolean().default(false),
      TerminateSessionsOnPasswordChange: z.boolean().default(false),
    })
    .prefault({}),
});

/**
 * Who would be switched, and what else it would change; changes nothing.
 * @throws Failure ACCOUNT_NOT_FOUND, SETTING_LOCKED, NO_LOCAL_ADMINISTRATOR, DATABASE_*
 */
export async function planSwitch(
  parts: PlanParts,
  request: SwitchRequest,
  {incident, by}: Asked,
): Promise<PrivateSwitchPlan & {reach: Reach}> {
  const {engines, store} = parts;
  const config = await engines.effectiveConfig();
  const facts = SwitchFacts.parse(config?.config ?? {});
  const cohort = await chooseCohort(
    {
      accounts: engines.accounts,
      now: engines.clock.now(),
      operator: by.actor.id,
      guestsMaySignIn: facts.GuestAccountsSettings.Enable,
      neverSwitch: engines.settings.never_switch,
      isSwitched: (user) => store.person(incident, user) !== null,
    },
    request,
  );
  if (request.everyone) {
    await requireLocalAdministrator(engines);
  }
  const values = await (await engines.signInSettings()).read();
  requirePasswordSignIn(values);
  const settings = plannedSettings(values);
  const writer = await engines.writer();
  const tell = engines.settings.tell_people
    ? cohort.people.filter(({live_sessions: live}) => live > 0).map(({id}) => id)
    : [];
  const reach = await reachOf(parts, cohort.people, {incident, by});
  return {
    incident,
    reach,
    count: cohort.people.length,
    people: cohort.people.slice(0, SHOWN),
    excluded: cohort.excluded,
    excluded_counts: cohort.excluded_counts,
    settings,
    warnings: [
      ...nobodyWarning(cohort),
      ...lockedWarning(settings),
      ...(writer.through === 'database' ? [WRITTEN_TO_THE_DATABASE] : []),
      ...(config === null ? [DEMANDS_UNKNOWN] : demandWarnings(facts)),
      ...(cohort.people.some(({service}) => service === 'ldap') ? [LDAP_NAMES] : []),
    ],
    needs_second_administrator: isTwoPersonRule(engines, by) && parts.approvals.isNeeded({scope: incident, reach}),
    writes_through: writer.through,
    steps: [...SWITCH_STEPS],
    ids: cohort.people.map(({id}) => id),
    tell,
  };
}

/** Whoever has a shell on the companion's machine is the way out when there is no second administrator. */
export function isTwoPersonRule({settings}: Pick<SsoEngines, 'settings'>, by: By): boolean {
  return by.onHost !== true && settings.everyone_needs_second_administrator;
}

/** Whom a switch touches, of everybody who signs in through a provider or did before this incident switched them. */
async function reachOf({engines, store}: PlanParts, people: readonly Chosen[], {incident, by}: Asked): Promise<Reach> {
  let of = [...store.peopleIn(incident, ['switched'])].length;
  for await (const account of engines.accounts.stream('sso')) {
    of += account.deleted_at === 0 && !account.is_bot ? 1 : 0;
  }
  const others = people.filter(({is_administrator, id}) => is_administrator && id !== by.actor.id);
  return {people: people.length, of, administrators: others.length};
}

/** Somebody must be able to open the System Console when all providers are switched away. @throws Failure NO_LOCAL_ADMINISTRATOR */
async function requireLocalAdministrator({accounts}: SsoEngines): Promise<void> {
  for await (const account of accounts.stream('local')) {
    if (isAdministrator(account) && account.deleted_at === 0 && account.has_password) {
      return;
    }
  }
  throw new Failure(
    'NO_LOCAL_ADMINISTRATOR',
    'No system administrator has a password, so nobody could open the System Console afterwards.',
  );
}

/** A switch that would do nothing says so, and why. */
function nobodyWarning({people, excluded_counts: counts}: Cohort): string[] {
  if (people.length > 0) {
    return [];
  }
  const dormant = counts.dormant ?? 0;
  return [
    `Nobody would be switched.${dormant > 0 ? ` ${counted(dormant, 'person has', 'people have')} not been seen for a long time; --include-dormant includes them.` : ''}`,
  ];
}

function lockedWarning(settings: PrivateSwitchPlan['settings']): string[] {
  const locked = settings.filter(({locked: isLocked}) => isLocked).map(({key}) => key);
  return locked.length > 0
    ? [`Set by the environment of Mattermost and therefore left as they are: ${locked.join(', ')}.`]
    : [];
}

const WRITTEN_TO_THE_DATABASE =
  "Accounts are changed in the database, and Mattermost is told to forget what it has cached: the plugin does not answer, or this version of Mattermost would end everybody's sessions.";
const DEMANDS_UNKNOWN =
  'The configuration of Mattermost could not be read, so what it demands of passwords and MFA is not known.';
const LDAP_NAMES =
  'LDAP people must sign in with their Mattermost username or email address, not with another directory name.';

/** What Mattermost asks of people who sign in with a password. */
function demandWarnings({ServiceSettings: demands}: z.infer<typeof SwitchFacts>): string[] {
  return [
    ...(demands.EnforceMultifactorAuthentication
      ? ['Mattermost enforces MFA: switched people are asked to set it up at once, also where they are signed in.']
      : []),
    ...(demands.TerminateSessionsOnPasswordChange
      ? ['Choosing a password ends the other sessions of that person (TerminateSessionsOnPasswordChange).']
      : []),
  ];
}
