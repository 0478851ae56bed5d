import {randomInt} from 'node:crypto';
import type {AdminAccessRequest, AdminAccessResult, LetInResult} from '@disaster-recovery/contract';
import type {Account} from '../../engines/accounts/port.ts';
import {asFailure, Failure} from '../../kernel/failure.ts';
import type {SsoEngines} from '../engines.ts';
import {EMAIL, isAdministrator, personOf, signsInWithPassword} from '../people/identity.ts';
import {findAccount, letIn, type LetInParts, verifyAddress} from './let_in.ts';
import {passwordRules, requireFitting} from './password_rules.ts';
import {openSignIn} from '../settings/sign_in_settings.ts';
import type {By} from '../sso.ts';
import type {SsoStore} from '../store/store.ts';
import {switchParts, switchPeople} from '../switch/switch_people.ts';

const SETS = ['abcdefghjkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '!#%+-=?'] as const;
const LENGTH = 24;
const TOKEN_GOOD_FOR_MS = 60_000;

export type AdminAccessParts = {engines: SsoEngines; store: SsoStore};

/**
 * Lets an administrator in with a password when single sign-on, the plugin or Mattermost itself is dead. Recorded, and on the return list, like every switch.
 * `declared`: asked for the incident only when nothing speaks against it, so that a mistyped name declares no outage.
 * @throws Failure ACCOUNT_NOT_FOUND, ACCOUNT_EXCLUDED, PASSWORD_REFUSED, SWITCH_NOT_PROVEN, DATABASE_*
 */
export async function adminAccess(
  {engines, store}: AdminAccessParts,
  request: {user: string; password: string | null},
  {declared, by}: {declared: () => string; by: By},
): Promise<AdminAccessResult> {
  const account = await findAccount(engines, request.user);
  requireAdministrator(account);
  if (request.password !== null) {
    requireFitting(request.password, passwordRules(await engines.effectiveConfig()));
  }
  const incident = declared();
  const warnings: string[] = [];
  store.moveIncident(incident, 'open', by.actor);
  warnings.push(...(await openOrWarn({engines, store}, incident, by)));
  if (!signsInWithPassword(account)) {
    const parts = await switchParts({engines, store}, {incident, by: by.actor});
    const [outcome] = await switchPeople(parts, [account.id]);
    if (outcome?.outcome !== 'switched') {
      throw new Failure(
        'SWITCH_NOT_PROVEN',
        `@${account.username} could not be switched: ${outcome?.message ?? 'no reason given'}`,
      );
    }
  }
  const password = request.password ?? newPassword();
  const {way, warnings: about} = await setPassword(engines, account, password);
  warnings.push(...about);
  engines.ledger.append('sso.admin_access', by.actor, {
    incident,
    user: account.id,
    username: account.username,
    way,
    service: account.sign_in.service,
  });
  return {
    person: personOf(account),
    password: request.password === null ? password : null,
    way,
    was: {service: account.sign_in.service},
    warnings,
  };
}

/**
 * From Mattermost, where no password may travel: a code, for administrators alone, because nobody has declared an outage.
 * @throws Failure ACCOUNT_NOT_FOUND, ACCOUNT_EXCLUDED, ACCOUNT_CONFLICT, SETTING_LOCKED, SWITCH_NOT_PROVEN
 */
export async function administratorCode(
  parts: LetInParts,
  {user, identified_by}: AdminAccessRequest,
  asked: {declared: () => string; by: By},
): Promise<LetInResult> {
  requireAdministrator(await findAccount(parts.engines, user));
  return letIn(parts, {user, identified_by, valid_minutes: 15, mail: false}, asked);
}

function requireAdministrator(account: Account): void {
  if (!isAdministrator(account) || account.is_bot || account.deleted_at > 0) {
    throw new Failure(
      'ACCOUNT_EXCLUDED',
      `@${account.username} is not an active system administrator. For anybody else: drctl sso let-in.`,
    );
  }
}

/**
 * Sign-in that cannot be opened is told and does not keep the password from being set: it may be open already, or be opened by hand.
 * Returns the warnings.
 */
async function openOrWarn({engines, store}: AdminAccessParts, incident: string, by: By): Promise<string[]> {
  try {
    const settings = await engines.signInSettings();
    const known = new Set(store.changedSettings(incident).map(({key}) => key));
    const changed = (await openSignIn({store, settings, incident, by: by.actor}))
      .map(({key}) => key)
      .filter((key) => !known.has(key));
    if (!settings.needsRestart || changed.length === 0) {
      return [];
    }
    return [
      changed.some((key) => key.startsWith('EmailSettings.'))
        ? 'Sign-in with a password was switched on in the configuration file. Restart Mattermost so that it counts.'
        : `Changed in the configuration file, and in force after Mattermost is restarted: ${changed.join(', ')}. Sign-in with a password was on already.`,
    ];
  } catch (error) {
    return [
      `Whether sign-in with a password is open is not certain: ${asFailure(error).message} Check EmailSettings.EnableSignInWithEmail and EnableSignInWithUsername.`,
    ];
  }
}

async function setPassword(
  engines: SsoEngines,
  account: Account,
  password: string,
): Promise<Pick<AdminAccessResult, 'way' | 'warnings'>> {
  const {rest, tokens, clock} = engines;
  const warnings: string[] = [];
  if (await rest.answers()) {
    try {
      await rest.resetPassword(await tokens.passwordReset(account, clock.now(), TOKEN_GOOD_FOR_MS), password);
      await verifyAddress(engines, account);
      return {way: 'mattermost', warnings: await proveLogin(engines, account, password)};
    } catch (error) {
      // Its rules for passwords hold; anything else is a Mattermost that cannot help.
      if (asFailure(error).code === 'PASSWORD_REFUSED') {
        throw error;
      }
      warnings.push(
        `Mattermost answers but did not set the password (${asFailure(error).message}); it was written into the database. If the sign-in is refused, restart Mattermost: it may remember the account as it was.`,
      );
    }
  }
  const isSet = await engines.emergency.setPassword({id: account.id, from: EMAIL, password, now: clock.now()});
  if (!isSet) {
    throw new Failure(
      'SWITCH_NOT_PROVEN',
      `@${account.username} no longer signs in with email and password; somebody else changed it at this moment.`,
    );
  }
  return {way: 'database', warnings};
}

/** Signs in as the administrator would. Returns the warnings. */
async function proveLogin({rest}: SsoEngines, {email, username}: Account, password: string): Promise<string[]> {
  for (const login of [email, username]) {
    const answer = await rest.tryPassword(login, password);
    if (answer !== 'no') {
      return answer === 'mfa' ? ['Mattermost also asks this account for its MFA code.'] : [];
    }
  }
  return [
    'The password was set, but a sign-in with it was refused. Most likely sign-in with email and username are both off.',
  ];
}

/** Long, and with every kind of sign, so that it fits any rules. No sign that is read wrongly. */
export function newPassword(): string {
  const all = SETS.join('');
  const signs = [
    ...SETS.map((set) => set.charAt(randomInt(set.length))),
    ...Array.from({length: LENGTH - SETS.length}, () => all.charAt(randomInt(all.length))),
  ];
  for (let index = signs.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [signs[index], signs[other]] = [signs[other] ?? '', signs[index] ?? ''];
  }
  return signs.join('');
}
