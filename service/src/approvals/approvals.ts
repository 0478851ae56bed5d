import {Approval, type Actor} from '@disaster-recovery/contract';
import {canonicalJson} from '../kernel/canonical_json.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {newJobId} from '../kernel/ids.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {whyTwo, type Reach} from './rule.ts';

const GOOD_FOR_MS = 60 * 60 * 1000;

type Row = {
  id: string;
  verb: string;
  says: string;
  request: string;
  people: number;
  administrators: number;
  asked_by: string;
  asked_at: number;
  expires_at: number;
  approved_by: string | null;
};

/** Something that is about to be done to people. */
export type Act = {
  verb: Approval['verb'];
  /** What steps of it add up to, such as one outage. */
  scope: string;
  /** In words, after "asks to". */
  says: string;
  /** What was asked for, without the approval: an approval is for exactly this. */
  request: unknown;
  reach: Reach;
};

/** Who asks. `waits`: whether the rule holds for them; otherwise what one person does alone is recorded, and passes. */
type Asked = {approval?: string | undefined; by: Actor; waits: boolean};

/** The word of a second administrator, for any verb. */
export type Approvals = {
  /** Those that wait or are approved, and neither used nor too old. */
  open(): Approval[];
  /** Whether a second administrator must approve it. */
  isNeeded(act: Pick<Act, 'scope' | 'reach'>): boolean;
  /**
   * Lets pass what one person's word is enough for, and remembers it; and what was approved by another person, once, if it touches
   * nobody more than was approved. @throws Failure SECOND_ADMINISTRATOR_NEEDED with `details.approval`
   */
  require(act: Act, asked: Asked): void;
  /** @throws Failure NOT_FOUND, SECOND_ADMINISTRATOR_NEEDED when it is the same person */
  approve(id: string, by: Actor): Approval;
};

export type ApprovalParts = {state: State; clock: Clock; ledger: Ledger};

export function createApprovals({state, clock, ledger}: ApprovalParts): Approvals {
  const {db} = state;
  const insert = db.prepare(
    'INSERT INTO approvals (id, verb, says, request, people, administrators, asked_by, asked_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const alive = db.prepare('SELECT * FROM approvals WHERE used_at IS NULL AND expires_at > ? ORDER BY asked_at');
  const approve = db.prepare('UPDATE approvals SET approved_by = ? WHERE id = ?');
  const use = db.prepare('UPDATE approvals SET used_at = ? WHERE id = ?');
  const noteFree = db.prepare('INSERT INTO approval_free (scope, people, at) VALUES (?, ?, ?)');
  const countFree = db.prepare('SELECT coalesce(sum(people), 0) AS n FROM approval_free WHERE scope = ?');
  const rows = (): Row[] => alive.all(clock.now()) as Row[];
  const why = ({scope, reach}: Pick<Act, 'scope' | 'reach'>): string | null =>
    whyTwo(reach, (countFree.get(scope) as {n: number}).n);

  function ask({verb, says, reach}: Act, text: string, by: Actor): string {
    const waiting = rows().find(
      (row) => row.request === text && row.verb === verb && covers(row, reach) && actorOf(row.asked_by).id === by.id,
    );
    if (waiting) {
      return waiting.id;
    }
    const id = newJobId();
    const now = clock.now();
    const {people, administrators} = reach;
    insert.run(id, verb, says, text, people, administrators, canonicalJson(by), now, now + GOOD_FOR_MS);
    ledger.append('approval.asked', by, {approval: id, verb, says, reach, request: JSON.parse(text) as unknown});
    return id;
  }

  return {
    open: () => rows().map(shown),
    isNeeded: (act) => why(act) !== null,
    require: (act, {approval, by, waits}) => {
      const text = canonicalJson(act.request);
      // The refusal comes after the transaction: what was asked must stay.
      const refused = state.transact(() => {
        const row = rows().find(({id}) => id === approval);
        if (row?.approved_by && row.request === text && row.verb === act.verb && covers(row, act.reach)) {
          use.run(clock.now(), row.id);
          ledger.append('approval.used', by, {approval: row.id});
          return null;
        }
        // Whoever names an approval counts on it, also where none is needed.
        const reason = approval === undefined ? why(act) : 'the approval that was named is used, too old or for less';
        if (reason !== null && !waits) {
          const {verb, says, reach} = act;
          ledger.append('approval.not_asked', by, {verb, says, reach, request: JSON.parse(text) as unknown});
          return null;
        }
        if (reason === null) {
          noteFree.run(act.scope, act.reach.people, clock.now());
          return null;
        }
        return {reason, asked: ask(act, text, by)};
      });
      if (refused !== null) {
        throw new Failure(
          'SECOND_ADMINISTRATOR_NEEDED',
          `A second administrator must approve ${refused.asked} within an hour: to ${act.says}, and ${refused.reason}.`,
          {details: {approval: refused.asked}},
        );
      }
    },
    approve: (id, by) =>
      state.transact(() => {
        const row = rows().find((it) => it.id === id);
        if (!row) {
          throw new Failure('NOT_FOUND', `There is no approval ${id} that waits.`);
        }
        if (actorOf(row.asked_by).id === by.id) {
          throw new Failure('SECOND_ADMINISTRATOR_NEEDED', 'Who asked cannot approve it.', {details: {approval: id}});
        }
        approve.run(canonicalJson(by), id);
        ledger.append('approval.given', by, {approval: id});
        return shown({...row, approved_by: canonicalJson(by)});
      }),
  };
}

/** Whom it touches may have grown since it was asked for: a team has new members, a session ended. */
function covers(row: Row, {people, administrators}: Reach): boolean {
  return people <= row.people && administrators <= row.administrators;
}

function actorOf(text: string): Actor {
  return JSON.parse(text) as Actor;
}

function shown(row: Row): Approval {
  return Approval.parse({
    id: row.id,
    verb: row.verb,
    says: row.says,
    asked_by: actorOf(row.asked_by),
    asked_at: row.asked_at,
    expires_at: row.expires_at,
    approved_by: row.approved_by === null ? null : actorOf(row.approved_by),
  });
}
