import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {SsoStatus} from '@disaster-recovery/contract';
import {startIdentityProvider} from './identity_provider.ts';
import type {IdentityProvider, ProviderPeople} from './identity_provider.ts';
import {inParallel} from './in_parallel.ts';
import {PLUGIN, startProtectedServer} from './protected_server.ts';
import type {ProtectedServer, ProtectedServerOptions} from './protected_server.ts';
import {signInThroughProvider} from './sso_login.ts';
import {accountRow, insertAccounts, insertSessions, sessionOfToken, sessionRows} from './sso_server_rows.ts';
import type {AccountRow, MadeAccount, MadeSession, NewSession, SessionRow} from './sso_server_rows.ts';
import {waitFor} from './wait_for.ts';

type Settings = Readonly<Record<string, unknown>>;

export interface SsoServerOptions extends Omit<ProtectedServerOptions, 'companionSettings'> {
  /** So many sign in once, for real, through the provider. Default: 3. */
  readonly people?: number;
  /** So many more accounts stand in the database as if their people had signed in once; the provider knows them too. */
  readonly extraSsoRows?: number;
  /** Of the extra accounts. Default: gitlab. With another, auth_data is the e-mail address. */
  readonly extraService?: 'gitlab' | 'saml' | 'ldap' | 'openid';
  /** Sessions of the extra account number `index`. */
  readonly extraSessions?: (index: number) => readonly NewSession[];
  /** Changes of FAST_SSO, the section `sso` of the companion's configuration. False: no such section, for a drctl that knows none. */
  readonly sso?: (Settings & {readonly probe?: Settings}) | false;
  /** Patch of Mattermost's configuration, with the settings of the provider. */
  readonly configPatch?: Readonly<Record<string, Settings>>;
}

/** Somebody who has signed in through the provider. */
export interface SsoPerson {
  readonly username: string;
  readonly email: string;
  /** At the provider; in Mattermost it is auth_data. */
  readonly id: number;
  /** At the provider. */
  readonly password: string;
  readonly userId: string;
  /** Of the session born of that sign-in. */
  readonly token: string;
}

export interface ExtraAccount extends MadeAccount {
  /** At the provider. */
  readonly password: string;
  readonly sessions: readonly MadeSession[];
}

/** A protected server whose people sign in through an identity provider. */
export interface SsoServer extends ProtectedServer {
  readonly identityProvider: IdentityProvider;
  readonly people: readonly SsoPerson[];
  readonly extras: readonly ExtraAccount[];
  /** The account as it stands in the database. Throws where there is none. */
  row(username: string): Promise<AccountRow>;
  /** Oldest first. */
  sessionsOf(userId: string): Promise<SessionRow[]>;
  sessionOf(token: string): Promise<SessionRow | undefined>;
  /** Writes sessions into the database; their tokens work at once. */
  addSessions(sessions: readonly (NewSession & {readonly userId: string})[]): Promise<MadeSession[]>;
  /**
   * What the page shows, asked through the plugin. For whoever waits: a turn of drctl takes most of a second, and a core.
   * Throws while the plugin or the companion does not answer.
   */
  status(): Promise<SsoStatus>;
  /** Waits until the companion reaches the plugin, and the plugin the companion. */
  untilPluginAnswers(): Promise<void>;
  /** Effective at once. */
  patchConfig(patch: Readonly<Record<string, Settings>>): Promise<void>;
  /** Of the sections of config.json that an incident may change: the same before and after it, or something was left behind. */
  settingsHash(): Promise<string>;
}

/** An outage is suspected after some 2.5 s, and the way back takes seconds. */
const FAST_SSO = {
  probe: {
    interval_seconds: 0.5,
    timeout_seconds: 2,
    rounds_down: 3,
    minimum_down_seconds: 2,
    rounds_up: 2,
    vantage_points: 2,
    healthy_minutes: 0.03,
  },
  second_look_seconds: 0.2,
  canary_minutes: 1,
} as const;

const CHANGED_SECTIONS = [
  'AnnouncementSettings',
  'EmailSettings',
  'LdapSettings',
  'SamlSettings',
  'ServiceSettings',
  'TeamSettings',
];
const FIRST_ID = 1001;
const FIRST_EXTRA_ID = 100_001;

/** Starts everything from nothing; people and extra accounts are in the first team of the workspace. */
export async function startSsoServer(options: SsoServerOptions = {}): Promise<SsoServer> {
  const {people = 3, extraSsoRows = 0, extraService, extraSessions, sso = {}, configPatch = {}, ...rest} = options;
  const server = await startProtectedServer({
    posts: 100,
    files: 4,
    secondPlugin: false,
    ...rest,
    ...(sso !== false && {companionSettings: {sso: {...FAST_SSO, ...sso, probe: {...FAST_SSO.probe, ...sso.probe}}}}),
  });
  let identityProvider: IdentityProvider | undefined;
  const stop = async () => {
    await identityProvider?.stop();
    await server.stop();
  };
  try {
    const known = {...knownPeople('person', people, FIRST_ID), ...knownPeople('extra', extraSsoRows, FIRST_EXTRA_ID)};
    identityProvider = await startIdentityProvider({
      directory: join(server.directory, 'identity-provider'),
      siteUrl: server.mattermost().url,
      people: known,
    });
    const patchConfig = async (patch: Readonly<Record<string, Settings>>) => {
      await server.client.request('PUT', '/config/patch', patch);
    };
    await patchConfig({
      ...configPatch,
      GitLabSettings: {...identityProvider.gitLabSettings},
      TeamSettings: {MaxUsersPerTeam: 20_000, ...configPatch['TeamSettings']},
    });
    const signedIn = await signInOnce(server, known, people);
    const status = () => server.client.requestPlugin<SsoStatus>(PLUGIN, 'GET', '/api/v1/sso');
    const answers = () =>
      status().then(
        ({bridge}) => bridge === 'plugin',
        () => false,
      );
    const addSessions = sessionsLike(server, signedIn[0]);
    const extras = await addExtras(
      server,
      signedIn[0],
      extraAccounts(known, people, extraService),
      addSessions,
      extraSessions,
    );
    return {
      ...server,
      stop,
      identityProvider,
      people: signedIn,
      extras,
      addSessions,
      patchConfig,
      status,
      untilPluginAnswers: () => waitFor('the plugin to answer', answers, 60),
      row: (username) => accountRow(server.databaseUrl, username),
      sessionsOf: (userId) => sessionRows(server.databaseUrl, userId),
      sessionOf: (token) => sessionOfToken(server.databaseUrl, token),
      settingsHash: () => settingsHash(server.mattermost().configFile),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** sso.person.1, sso.person.2, … */
function knownPeople(kind: 'person' | 'extra', count: number, firstId: number): ProviderPeople {
  return Object.fromEntries(
    Array.from({length: count}, (_, index) => {
      const username = `sso.${kind}.${index + 1}`;
      return [
        username,
        {id: firstId + index, email: `${username}@corp.test`, password: `At the provider: ${kind} ${index + 1}`},
      ];
    }),
  );
}

async function signInOnce(server: ProtectedServer, known: ProviderPeople, count: number): Promise<SsoPerson[]> {
  const [team] = server.workspace.teams;
  return inParallel(Object.entries(known).slice(0, count), 4, async ([username, person]) => {
    const {token, userId} = await signInThroughProvider(server.mattermost().url, username, person.password);
    await server.client.request('POST', `/teams/${team!.id}/members`, {team_id: team!.id, user_id: userId});
    return {username, ...person, token, userId};
  });
}

type Wanted = Omit<ExtraAccount, 'userId' | 'sessions'>;

function extraAccounts(known: ProviderPeople, people: number, authService = 'gitlab'): Wanted[] {
  return Object.entries(known)
    .slice(people)
    .map(([username, {id, email, password}]) => ({
      username,
      email,
      password,
      authService,
      authData: authService === 'gitlab' ? String(id) : email,
    }));
}

type AddSessions = SsoServer['addSessions'];

async function addExtras(
  server: ProtectedServer,
  template: SsoPerson | undefined,
  wanted: readonly Wanted[],
  addSessions: AddSessions,
  sessionsOf: SsoServerOptions['extraSessions'] = () => [],
): Promise<ExtraAccount[]> {
  if (wanted.length === 0) {
    return [];
  }
  const accounts = await insertAccounts(server.databaseUrl, like(template).userId, wanted);
  const sessions = await addSessions(
    accounts.flatMap(({userId}, index) => sessionsOf(index).map((session) => ({...session, userId}))),
  );
  const byUser = Map.groupBy(sessions, ({userId}) => userId);
  await server.client.request('POST', '/caches/invalidate');
  return accounts.map((account, index) => ({
    ...account,
    password: wanted[index]!.password,
    sessions: byUser.get(account.userId) ?? [],
  }));
}

function sessionsLike(server: ProtectedServer, template: SsoPerson | undefined): AddSessions {
  return async (sessions) => {
    if (sessions.length === 0) {
      return [];
    }
    const [session] = await sessionRows(server.databaseUrl, like(template).userId);
    return insertSessions(server.databaseUrl, session?.id ?? '', sessions);
  };
}

function like(template: SsoPerson | undefined): SsoPerson {
  if (!template) {
    throw new Error('Extra rows are copies of a real one: ask for at least one person.');
  }
  return template;
}

async function settingsHash(configFile: string): Promise<string> {
  const config = JSON.parse(await readFile(configFile, 'utf8')) as Record<string, unknown>;
  const sections = CHANGED_SECTIONS.map((name) => [name, config[name]]);
  return createHash('sha256').update(JSON.stringify(sections)).digest('hex');
}
