import './globals.tsx';
import {mount} from 'host-page-mount';
import React from 'react';
import {IntlProvider} from 'react-intl';
import {Provider} from 'react-redux';
import {ConsolePage} from './console_page.tsx';
import {createHost} from './registry.tsx';
import {loadConfiguration} from './configuration.tsx';
import {applyTheme} from './theme.tsx';

type HostPlugin = {initialize(registry: object, store: object): void};
type WebappManifest = {id: string; webapp: {bundle_path: string}};

const host = createHost();
const plugins = new Map<string, HostPlugin>();

/** What tests reach the page by. */
const hostPage = {
  store: host.store,
  emit(event: string, data: Record<string, unknown>): void {
    host.handlers.get(event)?.({event, data, broadcast: {}, seq: 0});
  },
  /** As a user changes it in the settings: the page is not loaded anew. */
  applyTheme,
  async login(login_id: string, password: string): Promise<number> {
    const reply = await fetch('/api/v4/users/login', {
      method: 'POST',
      headers: {'X-Requested-With': 'XMLHttpRequest', 'Content-Type': 'application/json'},
      body: JSON.stringify({login_id, password}),
    });
    return reply.status;
  },
};
Object.assign(window, {
  basename: '',
  hostPage,
  registerPlugin: (id: string, plugin: HostPlugin) => plugins.set(id, plugin),
});

async function bundlePath(id: string): Promise<string> {
  const reply = await fetch('/api/v4/plugins/webapp');
  const manifests = (await reply.json()) as WebappManifest[];
  const path = manifests.find((manifest) => manifest.id === id)?.webapp.bundle_path;
  if (!path) {
    throw new Error(`The server has no enabled web plugin ${id}.`);
  }
  return path.includes('/static/plugins/') ? path : path.replace('/static/', '/static/plugins/');
}

async function load(src: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${src} did not load`));
    document.head.append(script);
  });
}

function listen(): void {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v4/websocket`);
  socket.onmessage = ({data}) => {
    const message = JSON.parse(String(data)) as {event?: string};
    host.handlers.get(message.event ?? '')?.(message);
  };
}

async function start(): Promise<void> {
  const query = new URLSearchParams(location.search);
  applyTheme(query.get('theme') === 'dark' ? 'dark' : 'light');
  const id = query.get('plugin') ?? 'disaster-recovery';
  await load(await bundlePath(id));
  plugins.get(id)?.initialize(host.registryFor(id), host.store);
  listen();
  await loadConfiguration(host.store);
  const setting = host.settings.get(`${id}/dashboard`);
  const root = document.getElementById('root');
  if (!setting || !root) {
    throw new Error('The plugin registered no custom setting named Dashboard.');
  }
  mount(
    <Provider store={host.store}>
      <IntlProvider locale="en" messages={host.translations}>
        <ConsolePage setting={setting} />
      </IntlProvider>
    </Provider>,
    root,
  );
}

void start().catch((problem: unknown) => {
  document.body.append(String(problem));
});
