import {z} from 'zod';
import {
  BridgeProbes,
  Confirmation,
  EffectiveConfig,
  Failures,
  SettingValues,
  SignInOutcomes,
} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';
import {createMattermostHttp, parseJson} from './http.ts';
import type {MattermostBridge} from './port.ts';

const BASE_PATH = '/plugins/disaster-recovery/companion/v1';
const TIMEOUT_MS = 10_000;
/** A hundred accounts, or as many messages, take the server some seconds. */
const BULK_TIMEOUT_MS = 60_000;
/** A plugin that cannot say that it is there within this time is of no use on the worst day. */
const PING_TIMEOUT_MS = 5000;
const NOTHING = Buffer.alloc(0);

const PostReply = z.object({id: z.string().min(1)});
const Ping = z.object({
  server_version: z.string(),
  site_url: z.string(),
  diagnostic_id: z.string(),
  plugin_version: z.string(),
});

export type BridgeParts = {
  /** Address of Mattermost, subpath included; null while it is not known. */
  url: () => string | null;
  /** Makes the token of one request. `path` is what the plugin sees: without the subpath of the site. */
  sign: (request: {method: string; path: string; body: Uint8Array}) => Promise<string>;
  timeoutMs?: number;
};

type Request = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
  timeout?: number;
};

/** The plugin inside Mattermost, over HTTP. Errors never hold the request that caused them, because its token is a credential. */
export function createMattermostBridge({url, sign, timeoutMs = TIMEOUT_MS}: BridgeParts): MattermostBridge {
  const http = createMattermostHttp(timeoutMs);

  async function call<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
    const base = url();
    if (base === null) {
      throw new Failure('NOT_ENROLLED', 'The address of Mattermost is not known: neither set nor told at enrollment.');
    }
    const path = BASE_PATH + request.path;
    const body = request.body === undefined ? NOTHING : Buffer.from(JSON.stringify(request.body));
    const token = await sign({method: request.method, path, body});
    const {data} = await http.request<unknown>({
      method: request.method,
      url: base.replace(/\/+$/, '') + path,
      headers: {'X-DR-Token': token, ...(request.body !== undefined && {'Content-Type': 'application/json'})},
      ...(request.body !== undefined && {data: body}),
      ...(request.signal && {signal: request.signal}),
      ...(request.timeout !== undefined && {timeout: request.timeout}),
    });
    return parseReply(schema, data);
  }

  return {
    effectiveConfig: (signal) => call({method: 'GET', path: '/config', signal}, EffectiveConfig),
    createPost: (post) => call({method: 'POST', path: '/posts', body: post}, PostReply),
    updatePost: async (id, post) => {
      await call({method: 'PUT', path: `/posts/${encodeURIComponent(id)}`, body: post}, z.unknown());
    },
    publish: async (event) => {
      await call({method: 'POST', path: '/events', body: event}, z.unknown());
    },
    confirm: async (request) =>
      (
        await call(
          {method: 'POST', path: '/confirmations', body: request, timeout: Math.min(timeoutMs, PING_TIMEOUT_MS)},
          Confirmation,
        )
      ).confirmed,
    ping: () => call({method: 'GET', path: '/ping', timeout: Math.min(timeoutMs, PING_TIMEOUT_MS)}, Ping),
    ...createSignInHands(call),
  };
}

type Call = <Schema extends z.ZodType>(request: Request, schema: Schema) => Promise<z.output<Schema>>;

type SignInHands = Pick<
  MattermostBridge,
  | 'changeSignIn'
  | 'extendSessions'
  | 'revokeSessions'
  | 'readSettings'
  | 'changeSettings'
  | 'sendDirectMessages'
  | 'sendMail'
  | 'probes'
>;

/** What the bridge does in an SSO outage. */
function createSignInHands(call: Call): SignInHands {
  const timeout = BULK_TIMEOUT_MS;
  return {
    changeSignIn: async (changes, signal) =>
      (await call({method: 'PUT', path: '/accounts/sign-in', body: {changes}, signal, timeout}, SignInOutcomes))
        .outcomes,
    extendSessions: async (sessions) =>
      (await call({method: 'PUT', path: '/sessions/expiry', body: {sessions}, timeout}, Failures)).failed,
    revokeSessions: async (ids) =>
      (await call({method: 'POST', path: '/sessions/revocations', body: {ids}, timeout}, Failures)).failed,
    readSettings: async () => (await call({method: 'GET', path: '/settings'}, SettingValues)).values,
    changeSettings: async (changes) =>
      (await call({method: 'PATCH', path: '/settings', body: {changes}, timeout}, SettingValues)).values,
    sendDirectMessages: (messages) =>
      call({method: 'POST', path: '/direct-messages', body: messages, timeout}, Failures),
    sendMail: async (mail) => {
      await call({method: 'POST', path: '/mails', body: mail, timeout}, z.unknown());
    },
    probes: (signal) => call({method: 'GET', path: '/probes', signal, timeout}, BridgeProbes),
  };
}

function parseReply<Schema extends z.ZodType>(schema: Schema, text: unknown): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || '(all)').join(', ');
    throw new Failure('MATTERMOST_UNREACHABLE', `Mattermost does not answer like the plugin: ${where.slice(0, 200)}.`);
  }
  return parsed.data;
}
