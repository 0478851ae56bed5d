import type {StoreParts} from './parts.ts';

/** When all settings of an incident were last seen in force, and which were seen to differ since. `keys` is empty while none does. */
export type NotedDrift = {
  in_force_at: number;
  keys: string[];
  by: string | null;
  at: number | null;
  /** Whether the administrators know of it. */
  told: boolean;
};

type DriftRow = {in_force_at: number; keys: string; by: string | null; at: number | null; told: number};

/** What was seen of settings that somebody wrote over. */
export function driftStore({state: {db}}: StoreParts) {
  const one = db.prepare('SELECT in_force_at, keys, by, at, told FROM sso_drift WHERE incident = ?');
  const upsert = db.prepare(`INSERT INTO sso_drift (incident, in_force_at, keys, by, at, told) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (incident) DO UPDATE SET in_force_at = excluded.in_force_at, keys = excluded.keys, by = excluded.by, at = excluded.at, told = excluded.told`);
  return {
    notedDrift(incident: string): NotedDrift | null {
      const row = one.get(incident) as DriftRow | undefined;
      return row ? {...row, keys: JSON.parse(row.keys) as string[], told: row.told === 1} : null;
    },
    noteDrift(incident: string, {in_force_at: inForceAt, keys, by, at, told}: NotedDrift): void {
      upsert.run(incident, inForceAt, JSON.stringify(keys), by, at, Number(told));
    },
  };
}
