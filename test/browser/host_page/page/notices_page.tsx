import React, {useState} from 'react';
import {useStore} from 'react-redux';
import {RECEIVED_CONFIG} from './registry.tsx';

type Config = {AnnouncementSettings?: {AdminNoticesEnabled?: boolean}} & Record<string, unknown>;
type State = {entities: {admin: {config: Config}}};

/** What the System Console does when it is opened, and then not again. */
export async function loadConfiguration(store: {dispatch(action: {type: string; data: unknown}): unknown}): Promise<void> {
  const reply = await fetch('/api/v4/config', {headers: {'X-Requested-With': 'XMLHttpRequest'}});
  if (reply.ok) {
    store.dispatch({type: RECEIVED_CONFIG, data: await reply.json()});
  }
}

function csrf(): string {
  return /(?:^|; )MMCSRF=([^;]*)/.exec(document.cookie)?.[1] ?? '';
}

/**
 * A page that has nothing to do with the plugin. As each page of the real System Console does, it saves the whole
 * configuration that the store holds, with its own setting in it.
 */
export function NoticesPage() {
  const store = useStore<State>();
  const [isOn, setOn] = useState(store.getState().entities.admin.config.AnnouncementSettings?.AdminNoticesEnabled ?? true);
  const [said, setSaid] = useState('');
  const save = async () => {
    const {config} = store.getState().entities.admin;
    const whole = structuredClone(config);
    whole.AnnouncementSettings = {...whole.AnnouncementSettings, AdminNoticesEnabled: isOn};
    const reply = await fetch('/api/v4/config/patch', {
      method: 'PUT',
      headers: {'Content-Type': 'application/json', 'X-CSRF-Token': csrf(), 'X-Requested-With': 'XMLHttpRequest'},
      body: JSON.stringify(whole),
    });
    if (reply.ok) {
      store.dispatch({type: RECEIVED_CONFIG, data: await reply.json()});
    }
    setSaid(reply.ok ? 'Saved.' : `Not saved: ${reply.status}`);
  };
  return (
    <>
      <h1 className="admin-console__header">Notices</h1>
      <div className="form-horizontal">
        <label>
          <input type="checkbox" checked={isOn} onChange={(event) => setOn(event.target.checked)} /> Enable Admin Notices
        </label>
        <div className="host-save">
          <button type="button" onClick={() => void save()}>
            Save
          </button>
          <p role="status">{said}</p>
        </div>
      </div>
    </>
  );
}
