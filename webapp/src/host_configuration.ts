import type {Dispatch} from 'redux';

/**
 * Every page of the System Console saves the whole configuration that the browser loaded when the console was opened.
 * So whatever changes the configuration elsewhere is undone by the next Save, unless the host's store loads it anew first.
 */
export type HostStore = {getState(): unknown; dispatch: Dispatch};

/** The host's own action for a configuration that was loaded (mattermost-redux/action_types/admin). */
const RECEIVED_CONFIG = 'RECEIVED_CONFIG';
const AGAIN_AFTER_MS = [2_000, 10_000, 30_000];

let newest = 0;

/** Only an open System Console has one; nobody else's browser asks. */
function hasConfiguration(store: HostStore): boolean {
  const {entities} = store.getState() as {entities?: {admin?: {config?: object}}};
  return Object.keys(entities?.admin?.config ?? {}).length > 0;
}

async function load(store: HostStore, mine: number): Promise<boolean> {
  try {
    const reply = await fetch(`${window.basename ?? ''}/api/v4/config`, {
      headers: {'X-Requested-With': 'XMLHttpRequest'},
      cache: 'no-store',
    });
    if (!reply.ok) {
      // Who may not read the configuration cannot save it either.
      return reply.status < 500;
    }
    const data: unknown = await reply.json();
    // An answer to an earlier question may be older than the last change.
    if (mine === newest) {
      store.dispatch({type: RECEIVED_CONFIG, data});
    }
    return true;
  } catch {
    return false;
  }
}

async function tryAgain(store: HostStore, mine: number): Promise<void> {
  for (const wait of AGAIN_AFTER_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (mine !== newest || (await load(store, mine))) {
      return;
    }
  }
}

/** Resolves after the first try, so that who waits for it is not kept by a server that does not answer. */
export async function reloadHostConfiguration(store: HostStore): Promise<void> {
  if (!hasConfiguration(store)) {
    return;
  }
  const mine = ++newest;
  if (!(await load(store, mine))) {
    void tryAgain(store, mine);
  }
}
