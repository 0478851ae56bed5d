import type {Forecast} from '@disaster-recovery/contract';
import {NEVER, type Account, type AccountSessions} from '../../engines/accounts/port.ts';
import type {SsoEngines} from '../engines.ts';
import {isAdministrator, personOf} from '../people/identity.ts';

const HOUR_MS = 3_600_000;
const DORMANT_MS = 90 * 24 * HOUR_MS;
const HORIZONS_MS: readonly number[] = [1, 8, 24, 72, 7 * 24, 30 * 24].map((hours) => hours * HOUR_MS);
const TEAMS_SHOWN = 20;
const NEXT_SHOWN = 20;
const DEFAULT_EXTENSION_MS = 72 * HOUR_MS;

type Count = {people: number; locked_out: number};
type Next = Forecast['next'][number];

/** Who cannot get in while the provider is down, now and later, from live sessions. Memory does not grow with the number of people. */
export async function forecast(
  {accounts, clock}: Pick<SsoEngines, 'accounts' | 'clock'>,
  extensionMs: number = DEFAULT_EXTENSION_MS,
): Promise<Forecast> {
  const now = clock.now();
  const tally = newTally();
  for await (const one of accounts.streamSessions(now)) {
    add(tally, one, {now, extensionMs});
  }
  const administrators = await countAdministrators(accounts, tally);
  return {
    at: now,
    sso_accounts: tally.people + tally.dormant,
    dormant: tally.dormant,
    locked_out_now: tally.lockedOut,
    curve: HORIZONS_MS.map((within, index) => ({
      within_ms: within,
      sessions_end: tally.ends[index] ?? 0,
      locked_out: tally.lockedOut + (tally.ends[index] ?? 0),
      with_extension: tally.lockedOut + (tally.endsExtended[index] ?? 0),
    })),
    by_service: counted(tally.services),
    by_role: counted(tally.roles),
    by_team: counted(tally.teams).slice(0, TEAMS_SHOWN),
    by_device: await accounts.countLiveSessions(now),
    administrators,
    next: tally.next,
  };
}

/** Not seen for 90 days. Who was made since then is new, and not away. */
export function isDormant({created_at: createdAt}: Pick<Account, 'created_at'>, seenAt: number, now: number): boolean {
  return Math.max(seenAt, createdAt) < now - DORMANT_MS;
}

type Tally = {
  people: number;
  dormant: number;
  lockedOut: number;
  ends: number[];
  endsExtended: number[];
  services: Map<string, Count>;
  roles: Map<string, Count>;
  teams: Map<string, Count>;
  next: Next[];
  admins: number;
  adminsLockedOut: number;
};

function newTally(): Tally {
  const zeros = HORIZONS_MS.map(() => 0);
  return {
    people: 0,
    dormant: 0,
    lockedOut: 0,
    ends: zeros,
    endsExtended: [...zeros],
    services: new Map(),
    roles: new Map(),
    teams: new Map(),
    next: [],
    admins: 0,
    adminsLockedOut: 0,
  };
}

function add(
  tally: Tally,
  {account, live, last_expiry: lastExpiry, last_seen_at: seenAt, teams}: AccountSessions,
  {now, extensionMs}: {now: number; extensionMs: number},
): void {
  if (live === 0 && isDormant(account, seenAt, now)) {
    tally.dormant += 1;
    return;
  }
  const isLockedOut = live === 0;
  tally.people += 1;
  tally.lockedOut += Number(isLockedOut);
  if (!isLockedOut) {
    HORIZONS_MS.forEach((within, index) => {
      tally.ends[index] = (tally.ends[index] ?? 0) + Number(lastExpiry <= now + within);
      tally.endsExtended[index] =
        (tally.endsExtended[index] ?? 0) + Number(Math.max(lastExpiry, now + extensionMs) <= now + within);
    });
  }
  bump(tally.services, account.sign_in.service, isLockedOut);
  bump(tally.roles, roleOf(account.roles), isLockedOut);
  teams.forEach((team) => {
    bump(tally.teams, team, isLockedOut);
  });
  if (isAdministrator(account)) {
    tally.admins += 1;
    tally.adminsLockedOut += Number(isLockedOut);
  }
  noteNext(tally.next, {...personOf(account), ends_at: isLockedOut ? null : lastExpiry});
}

function roleOf(roles: readonly string[]): string {
  if (roles.includes('system_admin')) {
    return 'administrator';
  }
  return roles.includes('system_guest') ? 'guest' : 'member';
}

function bump(counts: Map<string, Count>, name: string, isLockedOut: boolean): void {
  const {people, locked_out: lockedOut} = counts.get(name) ?? {people: 0, locked_out: 0};
  counts.set(name, {people: people + 1, locked_out: lockedOut + Number(isLockedOut)});
}

/** The twenty who come first, kept sorted; a session that never ends comes never. */
function noteNext(next: Next[], one: Next): void {
  const end = ({ends_at: at}: Next): number => at ?? 0;
  if (end(one) === NEVER || (next.length === NEXT_SHOWN && end(one) >= end(next.at(-1) as Next))) {
    return;
  }
  next.splice(next.findLastIndex((other) => end(other) <= end(one)) + 1, 0, one);
  next.length = Math.min(next.length, NEXT_SHOWN);
}

function counted(counts: ReadonlyMap<string, Count>): {name: string; people: number; locked_out: number}[] {
  return [...counts].map(([name, count]) => ({name, ...count})).sort((a, b) => b.people - a.people);
}

async function countAdministrators(
  accounts: SsoEngines['accounts'],
  {admins, adminsLockedOut}: Tally,
): Promise<Forecast['administrators']> {
  let local = 0;
  for await (const account of accounts.stream('local')) {
    local += Number(isAdministrator(account) && account.deleted_at === 0 && account.has_password);
  }
  return {total: admins + local, sso: admins, local, locked_out: adminsLockedOut};
}
