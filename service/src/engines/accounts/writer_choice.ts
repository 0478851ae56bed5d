import type {AccountWriter} from './port.ts';

/** From this version on, Mattermost ends all sessions of an account whose sign-in a plugin changes. Source: its plugin interface, read in 2026; not seen running. */
const ENDS_SESSIONS_SINCE = [11, 10] as const;

/** Whether people stay signed in when the plugin changes how they sign in. */
export function keepsSessions(serverVersion: string): boolean {
  const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
  return major < ENDS_SESSIONS_SINCE[0] || (major === ENDS_SESSIONS_SINCE[0] && minor < ENDS_SESSIONS_SINCE[1]);
}

/**
 * The hands that change accounts: the plugin where it leaves people signed in; else the database changes the accounts and the plugin, which knows the
 * cached sessions, does the rest.
 */
export function chooseWriter(plugin: AccountWriter, database: AccountWriter, serverVersion: string): AccountWriter {
  return keepsSessions(serverVersion) ? plugin : {...plugin, through: 'database', changeSignIn: database.changeSignIn};
}
