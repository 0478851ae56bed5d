import './public_path.ts';
import type {Store} from 'redux';
import type {GlobalState} from '@mattermost/types/store';
import shellEnglish from './i18n/shell_en.json';
import {reloadHostConfiguration} from './host_configuration.ts';
import {LazyDashboard} from './lazy_dashboard.tsx';
import {liveJobs, parseJobMessage, receivedJob} from './live_jobs.ts';
import {JOB_EVENT, PLUGIN_ID} from './plugin_id.ts';
import type {PluginRegistry} from './registry.ts';

/** Runs in the browser of everybody, signed in or not: it only says what there is. The page itself is a lazy chunk. */
export class Plugin {
  initialize(registry: PluginRegistry, store: Store<GlobalState>): void {
    registry.registerTranslations?.(() => shellEnglish);
    registry.registerReducer?.(liveJobs);
    registry.registerWebSocketEventHandler?.(JOB_EVENT, (message) => {
      const job = parseJobMessage(message);
      if (job) {
        store.dispatch(receivedJob(job));
      }
    });
    const reload = () => void reloadHostConfiguration(store);
    // Another administrator, drctl or an incident changed settings; after a lost connection nobody knows.
    registry.registerWebSocketEventHandler?.('config_changed', reload);
    registry.registerReconnectHandler?.(reload);
    registry.registerAdminConsoleCustomSetting?.('Dashboard', LazyDashboard, {showTitle: false});
  }
}

window.registerPlugin(PLUGIN_ID, new Plugin());
