import React, {useState} from 'react';
import {useStore} from 'react-redux';
import {saveConfiguration, type State} from './configuration.tsx';

/** A page that has nothing to do with the plugin. */
export function NoticesPage() {
  const store = useStore<State>();
  const [isOn, setOn] = useState(
    store.getState().entities.admin.config.AnnouncementSettings?.AdminNoticesEnabled ?? true,
  );
  const [said, setSaid] = useState('');
  const save = async () => {
    setSaid(
      await saveConfiguration(
        store,
        (whole) => (whole.AnnouncementSettings = {...whole.AnnouncementSettings, AdminNoticesEnabled: isOn}),
      ),
    );
  };
  return (
    <>
      <h1 className="admin-console__header">Notices</h1>
      <div className="form-horizontal">
        <label>
          <input type="checkbox" checked={isOn} onChange={(event) => setOn(event.target.checked)} /> Enable Admin
          Notices
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
