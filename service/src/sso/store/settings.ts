import type {Actor, ChangedSetting} from '@disaster-recovery/contract';
import type {StoreParts} from './parts.ts';

type SettingRow = {key: string; from_value: string; to_value: string; state: ChangedSetting['state']};

/** Settings of Mattermost that were changed for an incident. */
export function settingStore({state, ledger}: StoreParts) {
  const {db} = state;
  const all = db.prepare('SELECT key, from_value, to_value, state FROM sso_settings WHERE incident = ? ORDER BY key');
  // What was there before the incident stays what was there before, however often it is changed again.
  const upsert =
    db.prepare(`INSERT INTO sso_settings (incident, key, from_value, to_value, state) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (incident, key) DO UPDATE SET to_value = excluded.to_value, state = excluded.state,
      from_value = CASE WHEN sso_settings.state = 'changed' THEN sso_settings.from_value ELSE excluded.from_value END`);
  const setState = db.prepare('UPDATE sso_settings SET state = ? WHERE incident = ? AND key = ?');
  return {
    changedSettings: (incident: string): ChangedSetting[] =>
      (all.all(incident) as SettingRow[]).map((row) => ({
        key: row.key,
        from: JSON.parse(row.from_value) as unknown,
        to: JSON.parse(row.to_value) as unknown,
        state: row.state,
      })),
    noteSettings(incident: string, changed: readonly ChangedSetting[], by: Actor): void {
      state.transact(() => {
        for (const {key, from, to, state: how} of changed) {
          upsert.run(incident, key, JSON.stringify(from), JSON.stringify(to), how);
          ledger.append('sso.setting', by, {incident, key, from, to, state: how});
        }
      });
    },
    settleSetting(incident: string, {key, state: how}: Pick<ChangedSetting, 'key' | 'state'>, by: Actor): void {
      state.transact(() => {
        setState.run(how, incident, key);
        ledger.append('sso.setting_settled', by, {incident, key, state: how});
      });
    },
  };
}
