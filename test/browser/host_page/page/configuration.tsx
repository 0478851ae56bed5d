import {RECEIVED_CONFIG} from './registry.tsx';

export type Config = {
  AnnouncementSettings?: {AdminNoticesEnabled?: boolean};
  PluginSettings?: {Plugins?: Record<string, Record<string, unknown>>};
} & Record<string, unknown>;
type Store = {dispatch(action: {type: string; data: unknown}): unknown};
export type State = {entities: {admin: {config: Config}}};

/** What the System Console does when it is opened, and then not again. */
export async function loadConfiguration(store: Store): Promise<void> {
  const reply = await fetch('/api/v4/config', {headers: {'X-Requested-With': 'XMLHttpRequest'}});
  if (reply.ok) {
    store.dispatch({type: RECEIVED_CONFIG, data: await reply.json()});
  }
}

function csrf(): string {
  return /(?:^|; )MMCSRF=([^;]*)/.exec(document.cookie)?.[1] ?? '';
}

/** As each page of the real System Console does: saves the whole configuration that the store holds, with its own settings in it. */
export async function saveConfiguration(
  store: Store & {getState(): State},
  change: (whole: Config) => void,
): Promise<string> {
  const whole = structuredClone(store.getState().entities.admin.config);
  change(whole);
  const reply = await fetch('/api/v4/config/patch', {
    method: 'PUT',
    headers: {'Content-Type': 'application/json', 'X-CSRF-Token': csrf(), 'X-Requested-With': 'XMLHttpRequest'},
    body: JSON.stringify(whole),
  });
  const body = (await reply.json()) as {message?: string};
  if (!reply.ok) {
    return `Not saved: ${body.message ?? reply.status}`;
  }
  store.dispatch({type: RECEIVED_CONFIG, data: body});
  return 'Saved.';
}
