import type {Actor, SwitchState} from '@disaster-recovery/contract';
import {canonicalJson} from '../../kernel/canonical_json.ts';
import {processStart} from '../../kernel/process_start.ts';
import {Identity} from '../people/identity.ts';
import type {StoreParts} from './parts.ts';

const PAGE = 500;

type PersonRow = {
  incident: string;
  user: string;
  username: string;
  email: string;
  state: SwitchState;
  original: string;
  switched_at: number | null;
  returned_at: number | null;
  holder: string | null;
  says: string | null;
};

/** One account of one incident. */
export type Switched = Omit<PersonRow, 'original' | 'holder'> & {
  original: Identity;
  /** A process that is alive is changing it right now. */
  is_held: boolean;
};

type Taking = {user: string; username: string; email: string; original: Identity};
export type PersonUpdate = {user: string; state: SwitchState; message?: string | null; data?: Record<string, unknown>};

/** Who is switched, and how they signed in before. */
export function peopleStore(parts: StoreParts) {
  return {...readPeople(parts), ...changePeople(parts)};
}

function readPeople({state: {db}, cipher}: StoreParts) {
  const one = db.prepare('SELECT * FROM sso_people WHERE incident = ? AND user = ?');
  // Of several incidents the newest knows best.
  const newest = db.prepare(
    'SELECT p.* FROM sso_people p JOIN sso_incidents i ON i.id = p.incident WHERE p.user = ? ORDER BY i.declared_at DESC LIMIT 1',
  );
  const inState = db.prepare(
    'SELECT * FROM sso_people WHERE incident = ? AND state IN (SELECT value FROM json_each(?)) AND user > ? ORDER BY user LIMIT ?',
  );
  const count = db.prepare('SELECT state, count(*) AS n FROM sso_people WHERE incident = ? GROUP BY state');

  function open(row: PersonRow | undefined): Switched | null {
    if (!row) {
      return null;
    }
    const {original, holder, ...rest} = row;
    return {...rest, original: Identity.parse(JSON.parse(cipher.decrypt(original))), is_held: isAlive(holder)};
  }

  return {
    person: (incident: string, user: string): Switched | null => open(one.get(incident, user) as PersonRow | undefined),
    newestPerson: (user: string): Switched | null => open(newest.get(user) as PersonRow | undefined),
    /** By ascending user; memory does not grow with their number. */
    *peopleIn(incident: string, states: readonly SwitchState[]): IterableIterator<Switched> {
      let after = '';
      for (;;) {
        const rows = inState.all(incident, JSON.stringify(states), after, PAGE) as PersonRow[];
        for (const row of rows) {
          after = row.user;
          yield open(row) as Switched;
        }
        if (rows.length < PAGE) {
          return;
        }
      }
    },
    countPeople: (incident: string): Partial<Record<SwitchState, number>> =>
      Object.fromEntries((count.all(incident) as {state: SwitchState; n: number}[]).map((row) => [row.state, row.n])),
  };
}

/** One operation that changes accounts of an incident. */
type Hand = {incident: string; holder: string; by: Actor};

function changePeople({state, clock, ledger, cipher}: StoreParts) {
  const {db} = state;
  const held = db.prepare('SELECT holder, returned_at FROM sso_people WHERE incident = ? AND user = ?');
  const switching =
    db.prepare(`INSERT INTO sso_people (incident, user, username, email, state, original, holder) VALUES (?, ?, ?, ?, 'switching', ?, ?)
    ON CONFLICT (incident, user) DO UPDATE SET state = 'switching', original = excluded.original, username = excluded.username, email = excluded.email,
      holder = excluded.holder, says = NULL, switched_at = NULL, returned_at = NULL`);
  // Somebody who was switched by something else has no row yet.
  const returning =
    db.prepare(`INSERT INTO sso_people (incident, user, username, email, state, original, holder) VALUES (?, ?, ?, ?, 'returning', ?, ?)
    ON CONFLICT (incident, user) DO UPDATE SET state = 'returning', holder = excluded.holder, says = NULL`);
  const settleOne = db.prepare(`UPDATE sso_people SET state = ?, says = ?, holder = NULL,
    switched_at = CASE WHEN ? = 'switched' THEN coalesce(switched_at, ?) ELSE switched_at END, returned_at = CASE WHEN ? = 'returned' THEN ? ELSE returned_at END
    WHERE incident = ? AND user = ?`);
  const release = db.prepare('UPDATE sso_people SET holder = NULL WHERE holder = ?');

  return {
    /**
     * Takes accounts into hand for a change, ledger first. Those that another living operation holds are left out.
     * Returns who was taken.
     */
    take({incident, holder, by}: Hand, to: 'switching' | 'returning', accounts: readonly Taking[]): Set<string> {
      return state.transact(() => {
        const taken = new Set<string>();
        for (const {user, username, email, original} of accounts) {
          const row = held.get(incident, user) as Pick<PersonRow, 'holder'> | undefined;
          if (isAlive(row?.holder ?? null)) {
            continue;
          }
          const sealed = cipher.encrypt(canonicalJson(original));
          (to === 'switching' ? switching : returning).run(incident, user, username, email, sealed, holder);
          ledger.append(`sso.${to}`, by, {
            incident,
            user,
            username,
            service: original.sign_in.service,
            original: sealed,
          });
          taken.add(user);
        }
        return taken;
      });
    },
    /** What became of them, in one transaction with the ledger. */
    settle(incident: string, updates: readonly PersonUpdate[], by: Actor): void {
      state.transact(() => {
        for (const {user, state: to, message, data} of updates) {
          settleOne.run(to, message ?? null, to, clock.now(), to, clock.now(), incident, user);
          ledger.append(`sso.${to}`, by, {incident, user, ...(message && {says: message}), ...data});
        }
      });
    },
    /** What is still in hand of this operation is let go; the live row decides what became of it. */
    release: (holder: string): void => {
      release.run(holder);
    },
  };
}

let operations = 0;

/** A name for one operation of this process; it dies with the process. */
export function newHolder(): string {
  operations += 1;
  return `${process.pid}:${processStart(process.pid) ?? ''}:${operations}`;
}

function isAlive(holder: string | null): boolean {
  const [pid = '', start = ''] = holder?.split(':') ?? [];
  return holder !== null && processStart(Number(pid)) === start;
}
