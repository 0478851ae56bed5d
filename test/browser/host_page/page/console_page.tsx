import React, {useState} from 'react';
import {useStore} from 'react-redux';
import {saveConfiguration, type State} from './configuration.tsx';
import {NoticesPage} from './notices_page.tsx';
import type {CustomSetting} from './registry.tsx';

const PLUGIN_ID = 'disaster-recovery';
/** What the console draws itself, from the manifest; it stores keys in lower case. */
const SETTINGS = {companionurl: 'Companion URL:', companiontlspin: 'Companion TLS pin:'};

/** The props that the System Console hands to a custom setting. */
function settingProps(onChange: () => void, actions: Set<() => Promise<unknown>>): Record<string, unknown> {
  return {
    id: `PluginSettings.Plugins.${PLUGIN_ID}.dashboard`,
    label: 'Dashboard',
    helpText: <span />,
    value: undefined,
    disabled: false,
    config: {PluginSettings: {Plugins: {[PLUGIN_ID]: {}}}},
    license: {IsLicensed: 'false'},
    setByEnv: false,
    onChange,
    registerSaveAction: (action: () => Promise<unknown>) => actions.add(action),
    setSaveNeeded: onChange,
    unRegisterSaveAction: (action: () => Promise<unknown>) => actions.delete(action),
    cancelSubmit: () => undefined,
    showConfirm: false,
  };
}

/** Two pages of the System Console, and the way between them without a reload. */
export function ConsolePage({setting}: {setting: CustomSetting}) {
  const [shown, setShown] = useState<'plugin' | 'notices'>('plugin');
  const [submits, setSubmits] = useState(0);
  return (
    <div className="host-console">
      <nav className="host-sidebar">
        System Console
        <button type="button" onClick={() => setShown('plugin')}>
          Disaster Recovery
        </button>
        <button type="button" onClick={() => setShown('notices')}>
          Notices
        </button>
      </nav>
      <main className="wrapper--fixed host-main" data-submits={submits}>
        {shown === 'notices' ? (
          <NoticesPage />
        ) : (
          <PluginPage setting={setting} onSubmit={() => setSubmits(submits + 1)} />
        )}
      </main>
    </div>
  );
}

/** The plugin's page as the System Console lays it out: title, enable toggle, settings, Save; all inside one form. */
function PluginPage({setting, onSubmit}: {setting: CustomSetting; onSubmit(): void}) {
  const store = useStore<State>();
  const [isSaveNeeded, setSaveNeeded] = useState(false);
  const [said, setSaid] = useState('');
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [props] = useState(() => settingProps(() => setSaveNeeded(true), new Set()));
  const {component: Setting, options} = setting;
  return (
    <>
      <h1 className="admin-console__header">Disaster Recovery</h1>
      <form
        className="form-horizontal"
        role="form"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
          void saveConfiguration(store, (whole) => {
            const known = whole.PluginSettings?.Plugins ?? {};
            whole.PluginSettings = {
              ...whole.PluginSettings,
              Plugins: {...known, [PLUGIN_ID]: {...known[PLUGIN_ID], ...values}},
            };
          }).then(setSaid);
        }}
      >
        <div className="host-enable">
          <b>Enable Plugin:</b>
          <label>
            <input type="radio" name="enable" defaultChecked={true} /> true
          </label>
          <label>
            <input type="radio" name="enable" /> false
          </label>
        </div>
        {options.showTitle && <b>Dashboard</b>}
        <Setting {...props} />
        {Object.entries(SETTINGS).map(([key, label]) => (
          <label key={key}>
            {label}{' '}
            <input
              type="text"
              onChange={(event) => {
                setValues({...values, [key]: event.target.value});
                setSaveNeeded(true);
              }}
            />
          </label>
        ))}
        <div className="host-save">
          <p className="host-said">{said}</p>
          <button type="submit" id="saveSetting" disabled={!isSaveNeeded}>
            Save
          </button>
        </div>
      </form>
    </>
  );
}
