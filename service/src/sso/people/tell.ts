import type {SsoEngines} from '../engines.ts';
import {isAdministrator} from './identity.ts';

/** A direct message of the bot to every active administrator. Who cannot be reached that way is not reached at all; the status says the same. */
export async function tellAdministrators(engines: SsoEngines, message: string): Promise<void> {
  const {bridge, log} = engines;
  const plugin = bridge();
  if (plugin === null) {
    return;
  }
  const users = await activeAdministrators(engines);
  if (users.length > 0) {
    const {failed} = await plugin.sendDirectMessages({users, message});
    if (failed.length > 0) {
      log.warn({failed: failed.length}, 'Some administrators could not be told.');
    }
  }
}

/** Ids of at most so many as get one message. @throws Failure DATABASE_* */
export async function activeAdministrators({accounts}: Pick<SsoEngines, 'accounts'>): Promise<string[]> {
  const users: string[] = [];
  for await (const account of accounts.stream('all')) {
    if (isAdministrator(account) && account.deleted_at === 0 && !account.is_bot && users.length < 100) {
      users.push(account.id);
    }
  }
  return users;
}
