import type {LockedOut, PeopleFound} from '@disaster-recovery/contract';
import type {SsoEngines} from '../engines.ts';
import {isDormant} from './forecast.ts';
import {isAdministrator, personOf} from '../people/identity.ts';

const SHOWN = 1000;
const FOUND = 20;

/** The people behind the number of the forecast: the same rule, with names. @throws Failure DATABASE_* */
export async function lockedOut({accounts, clock}: Pick<SsoEngines, 'accounts' | 'clock'>): Promise<LockedOut> {
  const now = clock.now();
  const administrators: LockedOut['people'] = [];
  const members: LockedOut['people'] = [];
  let count = 0;
  for await (const {account, live, last_seen_at: seenAt, teams} of accounts.streamSessions(now)) {
    if (live > 0 || isDormant(account, seenAt, now)) {
      continue;
    }
    count += 1;
    const among = isAdministrator(account) ? administrators : members;
    if (among.length < SHOWN) {
      among.push({
        ...personOf(account),
        service: account.sign_in.service,
        is_administrator: isAdministrator(account),
        last_seen_at: seenAt === 0 ? null : seenAt,
        teams: [...teams],
      });
    }
  }
  const byName = (a: {username: string}, b: {username: string}): number => a.username.localeCompare(b.username);
  return {at: now, count, people: [...administrators.sort(byName), ...members.sort(byName)].slice(0, SHOWN)};
}

/** For a picker. @throws Failure DATABASE_* */
export async function findPeople({accounts}: Pick<SsoEngines, 'accounts'>, text: string): Promise<PeopleFound> {
  const wanted = text.trim().replace(/^@/, '').slice(0, 128);
  const found = wanted === '' ? [] : await accounts.search(wanted, FOUND);
  return {
    people: found.map((account) => ({
      ...personOf(account),
      service: account.sign_in.service,
      is_administrator: isAdministrator(account),
    })),
  };
}
