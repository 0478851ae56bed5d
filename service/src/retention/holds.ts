import type {Actor, Hold} from '@disaster-recovery/contract';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {isInForce} from './rules.ts';

/** A hold is about the set, in whichever repository it lies. */
export type Holds = {
  /** Those that are in force now. */
  list(): Hold[];
  /** Of those in force, the one of this set. */
  of(set: string): Hold | null;
  /** In place of the one that there is. @throws Failure USAGE_INVALID when it would be over already */
  hold(set: string, what: {reason: string; until?: number | undefined}, actor: Actor): Hold;
  /** Gives the hold that it ends. @throws Failure NOT_FOUND */
  release(set: string, actor: Actor): Hold;
};

type Row = {set_id: string; reason: string; owner: string; held_at: number; until: number | null};

export function createHolds({state, clock, ledger}: {state: State; clock: Clock; ledger: Ledger}): Holds {
  const {db} = state;
  const all = db.prepare('SELECT set_id, reason, owner, held_at, until FROM holds ORDER BY set_id DESC');
  const put = db.prepare('INSERT OR REPLACE INTO holds (set_id, reason, owner, held_at, until) VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM holds WHERE set_id = ?');
  const list = (): Hold[] => (all.all() as Row[]).map(holdOf).filter((hold) => isInForce(hold, clock.now()));
  const of = (set: string): Hold | null => list().find((hold) => hold.set === set) ?? null;
  return {
    list,
    of,
    hold: (set, {reason, until}, actor) => {
      const hold: Hold = {set, reason, owner: actor, held_at: clock.now(), until: until ?? null};
      if (!isInForce(hold, hold.held_at)) {
        throw new Failure('USAGE_INVALID', 'The time at which the hold would end is over already.');
      }
      state.transact(() => {
        put.run(set, reason, JSON.stringify(actor), hold.held_at, hold.until);
        ledger.append('hold.placed', actor, {set, reason, until: hold.until});
      });
      return hold;
    },
    release: (set, actor) => {
      const found = of(set);
      if (!found) {
        throw new Failure('NOT_FOUND', `Nobody holds set ${set}.`, {
          remedy: 'Name a set that is held: `drctl keep preview` shows them.',
        });
      }
      state.transact(() => {
        remove.run(set);
        ledger.append('hold.released', actor, {set, reason: found.reason, held_by: found.owner.name});
      });
      return found;
    },
  };
}

function holdOf({set_id: set, reason, owner, held_at, until}: Row): Hold {
  return {set, reason, owner: JSON.parse(owner) as Actor, held_at, until};
}
