import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {bundlePage, type ReactVersion} from './bundle_page.ts';
import {forward, forwardUpgrade} from './proxy.ts';

/** `path` is what follows /plugins/disaster-recovery/api/v1/. */
type CannedRequest = {method: string; path: string; body: unknown};
export type CannedReply = {status: number; body?: unknown};
export type CannedApi = (request: CannedRequest) => CannedReply | Promise<CannedReply>;

export type HostPageOptions = {
  /** A Mattermost server such as http://127.0.0.1:8065; its plugin is loaded as a web client does. */
  target?: string;
  /** 0 or left out: a free one. */
  port?: number;
  react?: ReactVersion;
  /** Without a target: what the plugin's API answers. The bundle comes from webapp/dist then. */
  fixtures?: CannedApi;
  /** Without a target: the configuration of Mattermost. Who changes it changes this object. */
  configuration?: Record<string, unknown>;
  /** Without a target: what a search for people finds. */
  people?: readonly Record<string, unknown>[];
};

const NO_CONFIGURATION = {AnnouncementSettings: {AdminNoticesEnabled: true}};

export type HostPage = {
  origin: string;
  /** Address of the plugin's page in the System Console. */
  url(theme?: 'light' | 'dark'): string;
  close(): Promise<void>;
};

const PLUGIN = 'disaster-recovery';
const API = `/plugins/${PLUGIN}/api/v1/`;
const STATIC = `/static/plugins/${PLUGIN}/`;
const DIST = fileURLToPath(new URL('../../../webapp/dist/', import.meta.url));
const HTML =
  '<!doctype html><meta charset="utf-8"><title>Disaster Recovery</title><div id="root"></div><script src="/host_page.js"></script>';

/** A page with the globals, the registry and the layout of the real web client, for a real or a canned server behind it. */
export async function startHostPage({
  target,
  port = 0,
  react = 18,
  ...canned
}: HostPageOptions = {}): Promise<HostPage> {
  if (!target && !existsSync(join(DIST, 'main.js'))) {
    throw new Error('There is no web part in webapp/dist; run `make webapp`.');
  }
  const script = await bundlePage(react);
  const behind = target ? new URL(target) : null;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    if (path === '/host_page.js') {
      send(response, 200, 'text/javascript; charset=utf-8', script);
    } else if (/^\/(api|plugins|static)\//.test(path)) {
      if (behind) {
        forward(behind, request, response);
      } else {
        void answerCanned(path, request, response, canned).catch(() =>
          send(response, 500, 'text/plain', 'canned answer failed'),
        );
      }
    } else {
      send(response, 200, 'text/html; charset=utf-8', HTML);
    }
  });
  server.on('upgrade', (request, socket, head) => {
    if (behind) {
      forwardUpgrade(behind, request, socket, head);
    } else {
      socket.destroy();
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: (theme = 'light') => `${origin}/admin_console/plugins/plugin_${PLUGIN}?theme=${theme}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, {'Content-Type': type}).end(body);
}

async function answerCanned(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  {fixtures, configuration = NO_CONFIGURATION, people = []}: HostPageOptions,
): Promise<void> {
  if (path === '/api/v4/plugins/webapp') {
    send(response, 200, 'application/json', JSON.stringify([{id: PLUGIN, webapp: {bundle_path: `${STATIC}main.js`}}]));
  } else if (path === '/api/v4/config' && request.method === 'GET') {
    send(response, 200, 'application/json', JSON.stringify(configuration));
  } else if (path === '/api/v4/config/patch' && request.method === 'PUT') {
    Object.assign(configuration, JSON.parse(await readBody(request)));
    send(response, 200, 'application/json', JSON.stringify(configuration));
  } else if (path === '/api/v4/users/search' && request.method === 'POST') {
    const {term} = JSON.parse(await readBody(request)) as {term: string};
    send(
      response,
      200,
      'application/json',
      JSON.stringify(people.filter((person) => JSON.stringify(person).includes(term))),
    );
  } else if (path.startsWith(STATIC)) {
    send(response, 200, 'text/javascript; charset=utf-8', await readFile(join(DIST, basename(path))));
  } else if (path.startsWith(API) && fixtures) {
    const text = await readBody(request);
    const reply = await fixtures({
      method: request.method ?? 'GET',
      path: path.slice(API.length),
      body: text ? JSON.parse(text) : undefined,
    });
    send(response, reply.status, 'application/json', reply.body === undefined ? '' : JSON.stringify(reply.body));
  } else {
    send(response, 404, 'application/json', '{}');
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
