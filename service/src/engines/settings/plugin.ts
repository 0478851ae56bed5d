import type {MattermostBridge} from '../mattermost/port.ts';
import type {SignInSettings} from './port.ts';

/** The settings in force, changed by the running server: it knows as well what its environment locks. */
export function createPluginSettings(
  bridge: Pick<MattermostBridge, 'readSettings' | 'changeSettings'>,
): SignInSettings {
  return {
    through: 'plugin',
    needsRestart: false,
    read: () => bridge.readSettings(),
    change: (changes) => bridge.changeSettings(changes),
  };
}
