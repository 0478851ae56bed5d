import {Approval, type Actor, type SwitchRequest} from '@disaster-recovery/contract';
import {canonicalJson} from '../kernel/canonical_json.ts';
import type {Clock} from '../kernel/clock.ts';
import {Failure} from '../kernel/failure.ts';
import {newJobId} from '../kernel/ids.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';

const GOOD_FOR_MS = 60 * 60 * 1000;

type Row = {
  id: string;
  request: string;
  asked_by: string;
  asked_at: number;
  expires_at: number;
  approved_by: string | null;
  used_at: number | null;
};

/** The word of a second administrator. */
export type Approvals = {
  /** Those that wait or are approved, and neither used nor too old. */
  open(): Approval[];
  /** Lets pass what was approved by another person, once. @throws Failure SECOND_ADMINISTRATOR_NEEDED with `details.approval` */
  require(request: SwitchRequest, by: Actor): void;
  /** @throws Failure NOT_FOUND, SECOND_ADMINISTRATOR_NEEDED when it is the same person */
  approve(id: string, by: Actor): Approval;
};

export function createApprovals({state, clock, ledger}: {state: State; clock: Clock; ledger: Ledger}): Approvals {
  const {db} = state;
  const insert = db.prepare(
    'INSERT INTO sso_approvals (id, request, asked_by, asked_at, expires_at) VALUES (?, ?, ?, ?, ?)',
  );
  const alive = db.prepare('SELECT * FROM sso_approvals WHERE used_at IS NULL AND expires_at > ? ORDER BY asked_at');
  const approve = db.prepare('UPDATE sso_approvals SET approved_by = ? WHERE id = ?');
  const use = db.prepare('UPDATE sso_approvals SET used_at = ? WHERE id = ?');
  const rows = (): Row[] => alive.all(clock.now()) as Row[];

  function ask(text: string, by: Actor): string {
    const waiting = rows().find((row) => row.request === text && (JSON.parse(row.asked_by) as Actor).id === by.id);
    if (waiting) {
      return waiting.id;
    }
    const id = newJobId();
    insert.run(id, text, canonicalJson(by), clock.now(), clock.now() + GOOD_FOR_MS);
    ledger.append('sso.approval_asked', by, {approval: id, request: JSON.parse(text) as unknown});
    return id;
  }

  return {
    open: () => rows().map(shown),
    require: ({approval, ...request}, by) => {
      // The refusal comes after the transaction: what was asked must stay.
      const asked = state.transact(() => {
        const text = canonicalJson(request);
        const row = rows().find(({id}) => id === approval);
        if (row?.approved_by && row.request === text) {
          use.run(clock.now(), row.id);
          ledger.append('sso.approval_used', by, {approval: row.id});
          return null;
        }
        return ask(text, by);
      });
      if (asked !== null) {
        throw new Failure(
          'SECOND_ADMINISTRATOR_NEEDED',
          `A second administrator must approve ${asked} within an hour.`,
          {details: {approval: asked}},
        );
      }
    },
    approve: (id, by) =>
      state.transact(() => {
        const row = rows().find((it) => it.id === id);
        if (!row) {
          throw new Failure('NOT_FOUND', `There is no approval ${id} that waits.`);
        }
        if ((JSON.parse(row.asked_by) as Actor).id === by.id) {
          throw new Failure('SECOND_ADMINISTRATOR_NEEDED', 'Who asked cannot approve it.', {details: {approval: id}});
        }
        approve.run(canonicalJson(by), id);
        ledger.append('sso.approved', by, {approval: id});
        return shown({...row, approved_by: canonicalJson(by)});
      }),
  };
}

function shown(row: Row): Approval {
  return Approval.parse({
    id: row.id,
    verb: 'switch_everyone',
    asked_by: JSON.parse(row.asked_by) as unknown,
    asked_at: row.asked_at,
    expires_at: row.expires_at,
    approved_by: row.approved_by === null ? null : (JSON.parse(row.approved_by) as unknown),
  });
}
