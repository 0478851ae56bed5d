import {signInRefusal} from '@disaster-recovery/contract';
import type {Failure} from '../../kernel/failure.ts';
import {DATA_IN_USE, fits, isActiveSso, isLive, isOfPerson, isSameSignIn} from './rules.ts';
import {
  NEVER,
  type Account,
  type Accounts,
  type AccountSessions,
  type AccountTokens,
  type AccountWriter,
  type Session,
  type SignInChange,
  type SignInOutcome,
} from './port.ts';

export type AccountSeed = Partial<Account> & {id: string};
export type SessionSeed = Partial<Session> & {id: string; user: string};

/** The accounts of a Mattermost that forgets all at the end of the process: for tests, and held to the same conformance as PostgreSQL. */
export type MemoryAccounts = {
  accounts: Accounts;
  tokens: AccountTokens;
  writer: AccountWriter;
  /** Adds an account (default: active, `gitlab` with its id as data), or changes the named fields of one. */
  put(account: AccountSeed): void;
  get(id: string): Account | undefined;
  remove(id: string): void;
  /** What happens when a person claims: the account has a password. */
  claim(id: string): void;
  /** Default: a live single sign-on session in a browser that never ends. */
  addSession(session: SessionSeed): void;
  addMember(of: {team: string} | {group: string}, user: string): void;
  /** Mattermost's audit: this account saved the configuration. */
  addConfigSave(user: string, at: number): void;
  log: {writes: SignInChange[]; revoked: string[]; extended: {id: string; expires_at: number}[]; purged: string[]};
  /** How often the sign-in of this account was really written. */
  writesOf(id: string): number;
  /** Ids of accounts or sessions that cannot be changed. */
  failing: Set<string>;
  /** Ids of accounts whose change is answered with `changed` and not done, as a broken server might. */
  lying: Set<string>;
  /** While set, nothing at all can be changed: the writer throws it. */
  failWriterWith(failure: Failure | null): void;
};

type Shelf = {
  accounts: Map<string, Account>;
  sessions: Map<string, Session>;
  teams: Map<string, Set<string>>;
  groups: Map<string, Set<string>>;
  resets: Map<string, string>;
  configSaves: {user: string; at: number}[];
};

const DEFAULTS = {
  has_password: false,
  email_verified: true,
  mfa_active: false,
  roles: ['system_user'],
  is_bot: false,
  is_remote: false,
  deleted_at: 0,
  created_at: 1,
  password_updated_at: 0,
  last_login_at: 0,
} as const;

const byId = (a: {id: string}, b: {id: string}): number => (a.id < b.id ? -1 : 1);

export function createMemoryAccounts(seed: readonly AccountSeed[] = [], now: () => number = () => 0): MemoryAccounts {
  const shelf: Shelf = {
    accounts: new Map(),
    sessions: new Map(),
    teams: new Map(),
    groups: new Map(),
    resets: new Map(),
    configSaves: [],
  };
  const log: MemoryAccounts['log'] = {writes: [], revoked: [], extended: [], purged: []};
  const [failing, lying] = [new Set<string>(), new Set<string>()];
  let broken: Failure | null = null;

  const put = (account: AccountSeed): void => {
    const before = shelf.accounts.get(account.id) ?? {
      ...DEFAULTS,
      id: account.id,
      username: account.id,
      email: `${account.id}@corp.test`,
      sign_in: {service: 'gitlab', data: account.id},
    };
    shelf.accounts.set(account.id, structuredClone({...before, ...account}));
  };
  for (const account of seed) {
    put(account);
  }
  return {
    accounts: createReads(shelf),
    tokens: createTokens(shelf, log),
    writer: createWriter({shelf, log, failing, lying, now, broken: () => broken}),
    put,
    get: (id) => structuredClone(shelf.accounts.get(id)),
    remove: (id) => {
      shelf.accounts.delete(id);
    },
    claim: (id) => put({id, has_password: true, password_updated_at: now()}),
    addSession: (session) => {
      shelf.sessions.set(session.id, {
        kind: 'sso',
        device: 'web',
        created_at: 1,
        expires_at: 0,
        last_activity_at: 1,
        ...session,
      });
    },
    addMember: (of, user) => {
      const [all, name] = 'team' in of ? ([shelf.teams, of.team] as const) : ([shelf.groups, of.group] as const);
      all.set(name, (all.get(name) ?? new Set()).add(user));
    },
    addConfigSave: (user, at) => {
      shelf.configSaves.push({user, at});
    },
    log,
    failing,
    lying,
    writesOf: (id) => log.writes.filter((write) => write.id === id).length,
    failWriterWith: (failure) => {
      broken = failure;
    },
  };
}

function createReads(shelf: Shelf): Accounts {
  const all = (): Account[] => [...shelf.accounts.values()].sort(byId).map((account) => structuredClone(account));
  const allSessions = (): Session[] => [...shelf.sessions.values()].sort(byId).map((session) => ({...session}));
  const ofActiveSso = (session: Session): boolean => {
    const account = shelf.accounts.get(session.user);
    return account !== undefined && isActiveSso(account) && isOfPerson(session);
  };
  const isSsoLogin = (session: Session): boolean =>
    session.kind === 'sso' ||
    (session.kind === 'password' && shelf.accounts.get(session.user)?.sign_in.service === 'ldap');

  return {
    location: 'memory',
    byId: async (ids) => all().filter(({id}) => ids.includes(id)),
    find: async (name) =>
      all().find((account) => account.id === name) ??
      all().find((account) => [account.username, account.email].includes(name.toLowerCase())) ??
      null,
    search: async (text, limit) =>
      all()
        .filter(({deleted_at, is_bot, is_remote}) => deleted_at === 0 && !is_bot && !is_remote)
        .filter(({username, email}) => [username, email].some((name) => name.startsWith(text.toLowerCase())))
        .sort((a, b) => (a.username < b.username ? -1 : 1))
        .slice(0, limit),
    stream: async function* (filter) {
      yield* all().filter((account) => fits(filter, account));
    },
    members: async (of) => {
      const members = 'team' in of ? shelf.teams.get(of.team) : shelf.groups.get(of.group);
      return members ? [...members].filter((id) => shelf.accounts.get(id)?.deleted_at === 0).sort() : null;
    },
    holdersOf: async (data) => all().filter(({sign_in}) => sign_in.data !== null && data.includes(sign_in.data)),
    sessions: async (users) => allSessions().filter(({user}) => users.includes(user)),
    streamSessions: async function* (now) {
      for (const account of all().filter(isActiveSso)) {
        const sessions = allSessions().filter(({user}) => user === account.id);
        yield countSessions(shelf, account, {sessions, now});
      }
    },
    streamEnding: async function* (now, before) {
      yield* allSessions().filter(
        (session) => ofActiveSso(session) && session.expires_at > now && session.expires_at < before,
      );
    },
    countLiveSessions: async (now) => {
      const live = allSessions().filter((session) => ofActiveSso(session) && isLive(session, now));
      return (['desktop', 'mobile', 'web'] as const)
        .map((device) => ({device, sessions: live.filter((session) => session.device === device).length}))
        .filter(({sessions}) => sessions > 0);
    },
    newestSsoLogin: async (since, users) =>
      allSessions()
        .filter(
          (session) => session.created_at >= since && isSsoLogin(session) && (users?.includes(session.user) ?? true),
        )
        .sort((a, b) => b.created_at - a.created_at)[0] ?? null,
    tokensMadeSince: async (since, users) =>
      users
        .map((user) => ({
          user,
          access_tokens: allSessions().filter(
            (session) => session.user === user && session.kind === 'access_token' && session.created_at >= since,
          ).length,
        }))
        .filter(({access_tokens}) => access_tokens > 0)
        .sort((a, b) => (a.user < b.user ? -1 : 1)),
    newestConfigSave: async (since) => {
      const save = shelf.configSaves
        .filter(({user, at}) => at >= since && shelf.accounts.get(user)?.is_bot === false)
        .sort((a, b) => b.at - a.at)[0];
      return save ? {username: shelf.accounts.get(save.user)?.username ?? '', at: save.at} : null;
    },
  };
}

function countSessions(
  shelf: Shelf,
  account: Account,
  {sessions, now}: {sessions: readonly Session[]; now: number},
): AccountSessions {
  const own = sessions.filter(isOfPerson);
  const live = own.filter((session) => isLive(session, now));
  return {
    account,
    last_seen_at: Math.max(account.last_login_at, ...own.map((session) => session.last_activity_at)),
    live: live.length,
    last_expiry: Math.max(0, ...live.map(({expires_at}) => (expires_at === 0 ? NEVER : expires_at))),
    teams: [...shelf.teams]
      .filter(([, members]) => members.has(account.id))
      .map(([name]) => name)
      .sort(),
  };
}

function createTokens(shelf: Shelf, log: MemoryAccounts['log']): AccountTokens {
  let made = 0;
  return {
    passwordReset: async ({id}) => {
      made += 1;
      const token = `reset${made}`.padEnd(64, '0');
      shelf.resets.set(token, id);
      return token;
    },
    emailVerification: async () => {
      made += 1;
      return `verify${made}`.padEnd(64, '0');
    },
    purgePasswordResets: async (users) => {
      log.purged.push(...users);
      const gone = [...shelf.resets].filter(([, user]) => users.includes(user));
      for (const [token] of gone) {
        shelf.resets.delete(token);
      }
      return gone.length;
    },
  };
}

type WriterParts = {
  shelf: Shelf;
  log: MemoryAccounts['log'];
  failing: Set<string>;
  lying: Set<string>;
  now: () => number;
  broken: () => Failure | null;
};

function createWriter({shelf, log, failing, lying, now, broken}: WriterParts): AccountWriter {
  const throwIfBroken = (): void => {
    const failure = broken();
    if (failure) {
      throw failure;
    }
  };
  const change = ({id, from, to}: SignInChange): SignInOutcome => {
    const account = shelf.accounts.get(id);
    const refusal = signInRefusal(to);
    if (refusal !== null || failing.has(id)) {
      return {id, outcome: 'failed', says: refusal ?? 'It was made to fail.'};
    }
    if (!account || !isSameSignIn(account.sign_in, from)) {
      return {id, outcome: 'differs', says: null};
    }
    if (
      to.data !== null &&
      [...shelf.accounts.values()].some((other) => other.id !== id && other.sign_in.data === to.data)
    ) {
      return {id, outcome: 'failed', says: DATA_IN_USE};
    }
    if (!lying.has(id)) {
      log.writes.push(structuredClone({id, from, to}));
      shelf.accounts.set(id, {...account, sign_in: {...to}, has_password: false, password_updated_at: now()});
    }
    return {id, outcome: 'changed', says: null};
  };
  const failedOf = (ids: readonly string[]): {id: string; says: string}[] => {
    throwIfBroken();
    return ids.filter((id) => failing.has(id)).map((id) => ({id, says: 'It was made to fail.'}));
  };
  return {
    through: 'plugin',
    changeSignIn: async (changes, signal) => {
      throwIfBroken();
      return changes.map((one) => {
        signal?.throwIfAborted();
        return change(one);
      });
    },
    revokeSessions: async (ids) => {
      const failed = failedOf(ids);
      for (const id of ids.filter((one) => !failing.has(one))) {
        log.revoked.push(id);
        shelf.sessions.delete(id);
      }
      return failed;
    },
    extendSessions: async (sessions) => {
      const failed = failedOf(sessions.map(({id}) => id));
      for (const {id, expires_at} of sessions.filter((one) => !failing.has(one.id))) {
        log.extended.push({id, expires_at});
        const session = shelf.sessions.get(id);
        if (session) {
          shelf.sessions.set(id, {...session, expires_at});
        }
      }
      return failed;
    },
  };
}
