import type {MattermostBridge} from '../mattermost/port.ts';
import {Failure} from '../../kernel/failure.ts';
import type {Way} from './port.ts';
import {inWords} from './text.ts';

type Parts = {
  bridge(): Pick<MattermostBridge, 'createPost' | 'sendDirectMessages'> | null;
  /** `administrators`, or the id of a channel. */
  to: string;
  /** Ids of the active system administrators. */
  administrators(): Promise<string[]>;
};

/** Through the bot of the plugin. */
export function createBotWay({bridge, to, administrators}: Parts): Way {
  return {
    name: 'mattermost',
    send: async (message) => {
      const plugin = bridge();
      if (plugin === null) {
        throw new Failure('NOT_ENROLLED', 'No plugin is enrolled that could post it.');
      }
      const text = inWords(message);
      if (to !== 'administrators') {
        await plugin.createPost({channel_id: to, root_id: '', message: text});
        return;
      }
      const users = await administrators();
      const {failed} = await plugin.sendDirectMessages({users, message: text});
      if (failed.length === users.length) {
        throw new Failure('NOTIFICATION_FAILED', 'No administrator could be sent a direct message.');
      }
    },
  };
}
