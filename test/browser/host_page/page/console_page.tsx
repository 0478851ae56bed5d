import React, {useState} from 'react';
import type {CustomSetting} from './registry.tsx';

const PLUGIN_ID = 'disaster-recovery';

/** The props that the System Console hands to a custom setting. */
function settingProps(onChange: () => void, actions: Set<() => Promise<unknown>>): Record<string, unknown> {
  return {
    id: `PluginSettings.Plugins.${PLUGIN_ID}.dashboard`,
    label: 'Dashboard',
    helpText: <span/>,
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

/** The plugin's page as the System Console lays it out: title, enable toggle, settings, Save; all inside one form. */
export function ConsolePage({setting}: {setting: CustomSetting}) {
  const [isSaveNeeded, setSaveNeeded] = useState(false);
  const [submits, setSubmits] = useState(0);
  const [props] = useState(() => settingProps(() => setSaveNeeded(true), new Set()));
  const {component: Setting, options} = setting;
  return (
    <div className='host-console'>
      <aside className='host-sidebar'>System Console</aside>
      <div className='wrapper--fixed host-main' data-submits={submits}>
        <div className='admin-console__header'>Disaster Recovery</div>
        <form
          className='form-horizontal'
          role='form'
          onSubmit={(event) => {
            event.preventDefault();
            setSubmits(submits + 1);
          }}
        >
          <div className='host-enable'>
            <b>Enable Plugin:</b>
            <label><input type='radio' name='enable' defaultChecked={true}/> true</label>
            <label><input type='radio' name='enable'/> false</label>
          </div>
          {options.showTitle && <b>Dashboard</b>}
          <Setting {...props}/>
          <div className='host-save'><button type='submit' id='saveSetting' disabled={!isSaveNeeded}>Save</button></div>
        </form>
      </div>
    </div>
  );
}
