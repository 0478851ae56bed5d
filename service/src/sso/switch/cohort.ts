import type {ExcludedPerson, Exclusion, SwitchRequest} from '@disaster-recovery/contract';
import type {Account, Accounts} from '../../engines/accounts/port.ts';
import {Failure} from '../../kernel/failure.ts';
import {exclusionOf, type Policy} from '../people/eligibility.ts';
import {isAdministrator, personOf} from '../people/identity.ts';

const CHUNK = 500;
const SHOWN = 1000;
const DAY_MS = 24 * 3_600_000;

export type Chosen = {
  id: string;
  username: string;
  email: string;
  service: string;
  is_administrator: boolean;
  live_sessions: number;
};
export type Cohort = {
  people: Chosen[];
  excluded: ExcludedPerson[];
  excluded_counts: Partial<Record<Exclusion, number>>;
};

export type CohortParts = {
  accounts: Accounts;
  now: number;
  operator: string;
  guestsMaySignIn: boolean;
  neverSwitch: readonly string[];
  isSwitched(user: string): boolean;
};

type Candidate = {account: Account; live: number; lastSeenAt: number};

/**
 * Who is meant by a request, and who not and why. The operator comes last, administrators just before.
 * @throws Failure ACCOUNT_NOT_FOUND when nobody of those named exists, or the team or group does not
 */
export async function chooseCohort(parts: CohortParts, request: SwitchRequest): Promise<Cohort> {
  const isNamed = request.users !== undefined;
  const policy: Policy = {
    guestsMaySignIn: parts.guestsMaySignIn,
    breakGlass: new Set(parts.neverSwitch.map((name) => name.toLowerCase())),
    denied: new Set((request.deny ?? []).map((name) => name.toLowerCase())),
    dormantBefore: isNamed || request.include_dormant ? null : parts.now - request.dormant_days * DAY_MS,
  };
  const cohort: Cohort = {people: [], excluded: [], excluded_counts: {}};
  const exclude = (person: ExcludedPerson['person'], reason: Exclusion): void => {
    cohort.excluded_counts[reason] = (cohort.excluded_counts[reason] ?? 0) + 1;
    if (cohort.excluded.length < SHOWN) {
      cohort.excluded.push({person, reason});
    }
  };
  const seen = new Set<string>();
  for await (const candidate of candidates(parts, request)) {
    if (typeof candidate === 'string') {
      exclude({id: '', username: candidate, email: ''}, 'not_found');
      continue;
    }
    const {account, live, lastSeenAt} = candidate;
    if (seen.has(account.id)) {
      continue;
    }
    seen.add(account.id);
    const reason = reasonOf(parts, account, exclusionOf(account, policy, lastSeenAt));
    if (reason === null) {
      cohort.people.push({
        ...personOf(account),
        service: account.sign_in.service,
        is_administrator: isAdministrator(account),
        live_sessions: live,
      });
    } else {
      exclude(personOf(account), reason);
    }
  }
  if (isNamed && seen.size === 0) {
    throw new Failure('ACCOUNT_NOT_FOUND', `There is no account ${(request.users ?? []).slice(0, 3).join(', ')}.`);
  }
  cohort.people.sort(
    (a, b) => rank(a, parts.operator) - rank(b, parts.operator) || a.username.localeCompare(b.username),
  );
  return cohort;
}

function reasonOf({isSwitched}: CohortParts, {id}: Account, reason: Exclusion | null): Exclusion | null {
  return reason === 'local' && isSwitched(id) ? 'already_switched' : reason;
}

function rank({id, is_administrator}: Chosen, operator: string): number {
  return id === operator ? 2 : Number(is_administrator);
}

async function* candidates(parts: CohortParts, request: SwitchRequest): AsyncIterable<Candidate | string> {
  if (request.users) {
    yield* named(parts, request.users);
  } else if (request.team !== undefined || request.group !== undefined) {
    const of = request.team === undefined ? {group: request.group ?? ''} : {team: request.team};
    const ids = await parts.accounts.members(of);
    if (ids === null) {
      throw new Failure(
        'ACCOUNT_NOT_FOUND',
        `There is no ${request.team === undefined ? 'group' : 'team'} ${request.team ?? request.group ?? ''}.`,
      );
    }
    yield* withSessions(parts, ids);
  } else {
    const before = request.sessions_ending_before ?? Number.POSITIVE_INFINITY;
    for await (const {account, live, last_expiry: end, last_seen_at: lastSeenAt} of parts.accounts.streamSessions(
      parts.now,
    )) {
      if (live === 0 || end < before) {
        yield {account, live, lastSeenAt};
      }
    }
  }
}

async function* named(parts: CohortParts, names: readonly string[]): AsyncIterable<Candidate | string> {
  const ids: string[] = [];
  for (const name of names) {
    const account = await parts.accounts.find(name.replace(/^@/, ''));
    if (account) {
      ids.push(account.id);
    } else {
      yield name;
    }
  }
  yield* withSessions(parts, ids);
}

async function* withSessions({accounts, now}: CohortParts, ids: readonly string[]): AsyncIterable<Candidate> {
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK);
    const sessions = Map.groupBy(await accounts.sessions(chunk), ({user}) => user);
    for (const account of await accounts.byId(chunk)) {
      const own = sessions.get(account.id) ?? [];
      const live = own.filter(
        ({expires_at: end, kind}) => (kind === 'sso' || kind === 'password') && (end === 0 || end > now),
      );
      yield {
        account,
        live: live.length,
        lastSeenAt: Math.max(account.last_login_at, ...own.map((session) => session.last_activity_at)),
      };
    }
  }
}
