import {z} from 'zod';
import type {
  ClaimReply,
  ClaimSheet,
  ClaimSheetRequest,
  LetInRequest,
  LetInResult,
  Person,
} from '@disaster-recovery/contract';
import type {Account} from '../../engines/accounts/port.ts';
import {asFailure, Failure} from '../../kernel/failure.ts';
import type {Codes, CodeWay} from '../codes/codes.ts';
import {excludedBecause} from '../../words/sso.ts';
import {exclusionOf} from '../people/eligibility.ts';
import {COMPANION, type SsoConfig, type SsoEngines} from '../engines.ts';
import {isParked} from '../switch_back/return_people.ts';
import {personOf, signsInWithPassword} from '../people/identity.ts';
import {passwordRules} from './password_rules.ts';
import {setAgain} from '../settings/drift.ts';
import {openSignIn, requirePasswordSignIn, restartWarning} from '../settings/sign_in_settings.ts';
import type {By} from '../sso.ts';
import type {SsoStore} from '../store/store.ts';
import {switchParts, switchPeople} from '../switch/switch_people.ts';
import {claimUrl} from '../codes/claim_url.ts';

const TOKEN_GOOD_FOR_MS = 15 * 60 * 1000;
const READ_OUT_MINUTES = 60;
const HELD_FOR_MS = 10_000;
const LOOK_AGAIN_MS = 100;

export type LetInParts = {engines: SsoEngines; store: SsoStore; codes: Codes};

/** @throws Failure ACCOUNT_NOT_FOUND */
export async function findAccount({accounts}: Pick<SsoEngines, 'accounts'>, name: string): Promise<Account> {
  const account = await accounts.find(name.replace(/^@/, ''));
  if (!account) {
    throw new Failure('ACCOUNT_NOT_FOUND', `There is no account ${name}.`);
  }
  return account;
}

/**
 * Switches one person now, if that is not done yet, and makes a code for them. `declared`: asked for the incident when nothing else speaks against it.
 * @throws Failure ACCOUNT_NOT_FOUND, ACCOUNT_EXCLUDED, ACCOUNT_CONFLICT, SETTING_LOCKED, SWITCH_NOT_PROVEN
 */
export async function letIn(
  parts: LetInParts,
  request: LetInRequest,
  {declared, by}: {declared: () => string; by: By},
): Promise<LetInResult> {
  const {engines, store, codes} = parts;
  const account = await findAccount(engines, request.user);
  const isSwitched = requireSwitchable(parts, account);
  const settings = await engines.signInSettings();
  requirePasswordSignIn(await settings.read());
  const incident = declared();
  store.moveIncident(incident, 'open', by.actor);
  await openSignIn({store, settings, incident, by: by.actor});
  if (!isSwitched) {
    await switchOne(parts, account, {incident, by});
  }
  const expiresAt = engines.clock.now() + request.valid_minutes * 60_000;
  const code = codes.issue({incident, user: account.id, expiresAt, way: wayOf(request)});
  engines.ledger.append('sso.code_issued', by.actor, {
    incident,
    user: account.id,
    username: account.username,
    identified_by: request.identified_by,
    expires_at: expiresAt,
  });
  const restart = restartWarning({store, settings, incident});
  const warnings: string[] = restart === null ? [] : [restart];
  const unsent = request.mail ? await mailCode(engines, account, {code, minutes: request.valid_minutes}) : null;
  if (unsent !== null) {
    warnings.push(unsent);
  }
  return {
    person: personOf(account),
    code,
    url: claimUrl(engines.siteUrl()),
    expires_at: expiresAt,
    switched_now: !isSwitched,
    mailed: request.mail ? unsent === null : null,
    warnings,
  };
}

/** What is read out is typed at once; what lies in a mailbox or is good for hours must stand guessing for longer. */
function wayOf({mail, valid_minutes: minutes}: LetInRequest): CodeWay {
  return mail || minutes > READ_OUT_MINUTES ? 'written' : 'read_out';
}

/** Whether the account is switched already. One that we switched gets another code; one that was always so does not. */
function requireSwitchable({engines, store}: LetInParts, account: Account): boolean {
  const incident = store.incident();
  if (
    incident &&
    signsInWithPassword(account) &&
    store.person(incident.id, account.id) !== null &&
    account.deleted_at === 0
  ) {
    return true;
  }
  // Named by a person who knows them, so neither absence nor the kind of guest is asked for.
  const reason = exclusionOf(account, {
    guestsMaySignIn: true,
    breakGlass: new Set(engines.settings.never_switch.map((name) => name.toLowerCase())),
    denied: new Set(),
    dormantBefore: null,
  });
  if (reason !== null) {
    throw new Failure('ACCOUNT_EXCLUDED', `@${account.username} ${excludedBecause(reason)}.`, {details: {reason}});
  }
  return false;
}

async function switchOne(
  {engines, store}: LetInParts,
  account: Account,
  {incident, by}: {incident: string; by: By},
): Promise<void> {
  const parts = await switchParts({engines, store}, {incident, by: by.actor});
  const isHeld = (): boolean => store.person(incident, account.id)?.is_held === true;
  await untilFree(engines, isHeld);
  let [outcome] = await switchPeople(parts, [account.id]);
  if (outcome?.outcome === 'failed') {
    // A switch of many may have taken it just then; who is switched by it is switched.
    await untilFree(engines, isHeld);
    [outcome] = await switchPeople(parts, [account.id]);
  }
  if (outcome?.outcome === 'conflict') {
    throw new Failure('ACCOUNT_CONFLICT', outcome.message ?? 'Somebody else changed the account at the same moment.');
  }
  if (outcome?.outcome === 'failed') {
    throw new Failure(
      'SWITCH_NOT_PROVEN',
      `@${account.username} could not be switched: ${outcome.message ?? 'no reason given'}`,
    );
  }
}

/** A switch of many has a batch in hand for about a second: somebody on the telephone should not have to call again for it. */
async function untilFree({clock}: SsoEngines, isHeld: () => boolean): Promise<void> {
  const until = clock.now() + HELD_FOR_MS;
  while (isHeld() && clock.now() < until) {
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

/** Returns why the code could not be mailed, or null when it was. */
async function mailCode(
  engines: SsoEngines,
  account: Account,
  {code, minutes}: {code: string; minutes: number},
): Promise<string | null> {
  try {
    const bridge = engines.bridge();
    if (bridge === null) {
      throw new Failure('MAIL_FAILED', 'No plugin is enrolled, so Mattermost cannot be asked to send mail.');
    }
    await bridge.sendMail({
      to: account.email,
      subject: 'Your one-time code for Mattermost',
      html: codeMail(claimUrl(engines.siteUrl()), code, minutes),
    });
    return null;
  } catch (error) {
    return `The code was not mailed: ${asFailure(error).message} Read it out, or print it.`;
  }
}

function codeMail(url: string, code: string, minutes: number): string {
  return (
    `<p>Single sign-on is not available at the moment. With this code you can choose a password and sign in:</p><p style="font-size:1.5em;font-family:monospace">${code}</p>` +
    `<p>Type it on this page within ${minutes} minutes: <a href="${encodeURI(url)}">${encodeURI(url)}</a></p><p>Nobody will ever ask you for this code. If you did not ask for it, tell your administrator.</p>`
  );
}

/** Codes for many, to be printed or read out. @throws Failure ACCOUNT_NOT_FOUND */
export async function claimSheet(
  {engines, store, codes}: LetInParts,
  request: ClaimSheetRequest,
  {incident, by}: {incident: string; by: By},
): Promise<ClaimSheet> {
  const expiresAt = engines.clock.now() + request.valid_minutes * 60_000;
  const sheet: ClaimSheet = {url: claimUrl(engines.siteUrl()), expires_at: expiresAt, codes: [], skipped: []};
  const accounts = request.users ? accountsNamed(engines, request.users) : accountsSwitched(engines, store, incident);
  for await (const account of accounts) {
    const skip =
      signsInWithPassword(account) && store.person(incident, account.id) !== null
        ? null
        : 'is not switched; switch first';
    if (skip ?? account.deleted_at > 0) {
      sheet.skipped.push({person: personOf(account), message: skip ?? 'is deactivated'});
    } else if (request.users || isParked(account)) {
      sheet.codes.push({
        person: personOf(account),
        code: codes.issue({incident, user: account.id, expiresAt, way: 'written'}),
      });
    }
  }
  engines.ledger.append('sso.claim_sheet', by.actor, {
    incident,
    identified_by: request.identified_by,
    users: sheet.codes.map(({person}) => person.id),
    expires_at: expiresAt,
  });
  return sheet;
}

async function* accountsNamed(engines: SsoEngines, names: readonly string[]): AsyncIterable<Account> {
  for (const name of names) {
    yield await findAccount(engines, name);
  }
}

async function* accountsSwitched({accounts}: SsoEngines, store: SsoStore, incident: string): AsyncIterable<Account> {
  let ids: string[] = [];
  for (const {user} of store.peopleIn(incident, ['switched'])) {
    ids.push(user);
    if (ids.length === 200) {
      yield* await accounts.byId(ids);
      ids = [];
    }
  }
  yield* await accounts.byId(ids);
}

/** Who was identified by an administrator need not prove an address as well: with RequireEmailVerification a password alone lets nobody in. */
export async function verifyAddress({clock, log, rest, tokens}: SsoEngines, account: Account): Promise<void> {
  if (account.email_verified) {
    return;
  }
  try {
    await rest.verifyEmail(await tokens.emailVerification(account, clock.now()));
  } catch (error) {
    log.warn(
      {user: account.id, code: asFailure(error).code},
      'The email address of somebody who claimed could not be marked as verified.',
    );
  }
}

const SignInRules = z.object({
  EmailSettings: z
    .object({EnableSignInWithEmail: z.boolean().default(true), EnableSignInWithUsername: z.boolean().default(true)})
    .prefault({}),
});

/** Whether a password lets anybody in, as Mattermost has it now and not as it was once set. */
function isSignInOpen(config: SsoConfig | null): boolean {
  const {EnableSignInWithEmail: byEmail, EnableSignInWithUsername: byUsername} = SignInRules.parse(
    config?.config ?? {},
  ).EmailSettings;
  return byEmail || byUsername;
}

const MfaRules = z.object({
  ServiceSettings: z
    .object({
      EnableMultifactorAuthentication: z.boolean().default(false),
      EnforceMultifactorAuthentication: z.boolean().default(false),
    })
    .prefault({}),
});

/**
 * Trades a code for a token that Mattermost itself made the meaning of: with it the browser asks Mattermost for the new password.
 * @throws Failure CLAIM_CODE_WRONG, DATABASE_*
 */
export async function claim(
  {engines, store, codes}: LetInParts,
  request: {code: string; address: string},
): Promise<ClaimReply> {
  const {incident, user} = codes.redeem(request.code);
  const [account] = await engines.accounts.byId([user]);
  // Switched back or deactivated since the code was made: the code is as good as a wrong one.
  if (!account || !signsInWithPassword(account) || account.deleted_at > 0) {
    throw new Failure('CLAIM_CODE_WRONG', 'This code is not valid.');
  }
  const token = await engines.tokens.passwordReset(account, engines.clock.now(), TOKEN_GOOD_FOR_MS);
  const person: Person = personOf(account);
  engines.ledger.append(
    'sso.code_redeemed',
    {kind: 'mattermost', id: person.id, name: person.username},
    {incident, user: person.id, address: request.address},
  );
  await verifyAddress(engines, account);
  let config = await engines.effectiveConfig();
  if (engines.settings.set_settings_again && !isSignInOpen(config)) {
    await setAgain({engines, store}, incident, COMPANION);
    config = await engines.effectiveConfig();
  }
  const {EnableMultifactorAuthentication: isOffered, EnforceMultifactorAuthentication: isRequired} = MfaRules.parse(
    config?.config ?? {},
  ).ServiceSettings;
  return {
    username: person.username,
    token,
    password: passwordRules(config),
    sign_in_open: isSignInOpen(config),
    mfa: isOffered ? (isRequired ? 'required' : 'offered') : 'off',
  };
}
