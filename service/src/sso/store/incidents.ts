import {IncidentState, type Actor, type Incident} from '@disaster-recovery/contract';
import {canonicalJson} from '../../kernel/canonical_json.ts';
import {Failure} from '../../kernel/failure.ts';
import {newJobId} from '../../kernel/ids.ts';
import type {StoreParts} from './parts.ts';

type IncidentRow = {
  id: string;
  state: string;
  reason: string;
  declared_at: number;
  declared_by: string;
  closed_at: number | null;
  deadline_at: number;
  reminded_at: number;
};
/** The incident of now, and those of before. */
export function incidentStore({state, clock, ledger}: StoreParts) {
  const {db} = state;
  const current = db.prepare(`SELECT * FROM sso_incidents WHERE state <> 'closed' ORDER BY declared_at DESC LIMIT 1`);
  const last = db.prepare('SELECT * FROM sso_incidents ORDER BY declared_at DESC LIMIT 1');
  const insert = db.prepare(
    `INSERT INTO sso_incidents (id, state, reason, declared_at, declared_by, deadline_at) VALUES (?, 'declared', ?, ?, ?, ?)`,
  );
  const update = db.prepare('UPDATE sso_incidents SET state = ?, closed_at = ? WHERE id = ?');
  const remind = db.prepare('UPDATE sso_incidents SET reminded_at = ? WHERE id = ?');

  function incident(): Incident | null {
    return shown(current.get() as IncidentRow | undefined);
  }

  return {
    incident,
    lastIncident: (): Incident | null => shown(last.get() as IncidentRow | undefined),
    /** @throws Failure SSO_NOT_DECLARED */
    needIncident(): Incident {
      const found = incident();
      if (!found) {
        throw new Failure('SSO_NOT_DECLARED', 'No SSO outage is declared.');
      }
      return found;
    },
    /** @throws Failure SSO_ALREADY_DECLARED */
    declare(reason: string, by: Actor, deadlineMs: number): Incident {
      return state.transact(() => {
        const open = incident();
        if (open) {
          throw new Failure(
            'SSO_ALREADY_DECLARED',
            `The outage “${open.reason}” was declared by ${open.declared_by.name}.`,
            {details: {incident: open.id}},
          );
        }
        const id = newJobId();
        const now = clock.now();
        insert.run(id, reason, now, canonicalJson(by), now + deadlineMs);
        ledger.append('sso.declared', by, {incident: id, reason});
        return incident() as Incident;
      });
    },
    /** Tells nothing when it is in that state already. */
    moveIncident(id: string, to: IncidentState, by: Actor): void {
      state.transact(() => {
        const row = incident();
        if (row?.id === id && row.state !== to) {
          update.run(to, to === 'closed' ? clock.now() : null, id);
          ledger.append(`sso.${to}`, by, {incident: id});
        }
      });
    },
    remindedAt: (): number => (current.get() as IncidentRow | undefined)?.reminded_at ?? 0,
    noteReminder: (id: string): void => {
      remind.run(clock.now(), id);
    },
  };
}

function shown(row: IncidentRow | undefined): Incident | null {
  return row
    ? {
        id: row.id,
        state: IncidentState.parse(row.state),
        reason: row.reason,
        declared_at: row.declared_at,
        declared_by: JSON.parse(row.declared_by) as Actor,
        closed_at: row.closed_at,
        deadline_at: row.deadline_at,
      }
    : null;
}
