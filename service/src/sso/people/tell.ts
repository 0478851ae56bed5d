import type {SsoEngines} from '../engines.ts';
import {isAdministrator} from './identity.ts';

/** A direct message of the bot to every active administrator. Who cannot be reached that way is not reached at all; the status says the same. */
export async function tellAdministrators({accounts, bridge, log}: SsoEngines, message: string): Promise<void> {
  const plugin = bridge();
  if (plugin === null) {
    return;
  }
  const users: string[] = [];
  for await (const account of accounts.stream('all')) {
    if (isAdministrator(account) && account.deleted_at === 0 && !account.is_bot && users.length < 100) {
      users.push(account.id);
    }
  }
  if (users.length > 0) {
    const {failed} = await plugin.sendDirectMessages({users, message});
    if (failed.length > 0) {
      log.warn({failed: failed.length}, 'Some administrators could not be told.');
    }
  }
}
