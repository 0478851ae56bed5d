import {readFile} from 'node:fs/promises';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ClaimReply} from '@disaster-recovery/contract';
import type {CannedReply} from './host_page.ts';

const DIST = fileURLToPath(new URL('../../../webapp/dist/claim/', import.meta.url));
const PLUGIN = '/plugins/disaster-recovery';
/** As the bridge sends it (server-bridge/claim.go). */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const FILES: Record<string, [file: string, type: string]> = {
  '/claim': ['claim.html', 'text/html; charset=utf-8'],
  '/claim/claim.js': ['claim.js', 'text/javascript; charset=utf-8'],
  '/claim/claim.css': ['claim.css', 'text/css; charset=utf-8'],
};

type Login = {login_id: string; password: string; token?: string};
type Answers = {
  code?: (code: string) => CannedReply;
  reset?: (request: {token: string; new_password: string}) => CannedReply;
  login?: (request: Login) => CannedReply;
};

export type ClaimHost = {
  url: string;
  /** Each request with its body, in order. */
  asked: {method: string; path: string; headers: IncomingMessage['headers']; body: unknown}[];
  close(): Promise<void>;
};

export function claimReply(change: Partial<ClaimReply> = {}): CannedReply {
  const body: ClaimReply = {
    username: 'user.one',
    token: 'a'.repeat(64),
    mfa: 'offered',
    sign_in_open: true,
    password: {minimum_length: 10, lowercase: true, uppercase: true, number: true, symbol: true},
    ...change,
  };
  return {status: 200, body};
}

/** As Mattermost answers when the account has a second factor. */
export function refusedFactor(): CannedReply {
  return {
    status: 401,
    body: {id: 'mfa.validate_token.authenticate.app_error', message: 'Invalid MFA token.', status_code: 401},
  };
}

/** The claim page as the plugin serves it, content security policy included, on a Mattermost below a subpath. */
export async function startClaimHost(answers: Answers, subpath = '/chat'): Promise<ClaimHost> {
  const asked: ClaimHost['asked'] = [];
  const fine: CannedReply = {status: 200, body: {status: 'OK'}};
  const routes: Record<string, (body: never) => CannedReply> = {
    [`${PLUGIN}/claim/code`]: ({code}: {code: string}) => answers.code?.(code) ?? claimReply(),
    '/api/v4/users/password/reset': (body) => answers.reset?.(body) ?? fine,
    '/api/v4/users/login': (body) => answers.login?.(body) ?? fine,
  };
  const server = createServer((request, response) => {
    void (async () => {
      const address = request.url ?? '/';
      const path = address.startsWith(subpath) ? address.slice(subpath.length) : '';
      const file = FILES[path.replace(PLUGIN, '')];
      if (request.method === 'GET' && file) {
        response.writeHead(200, {
          'Content-Type': file[1],
          'Content-Security-Policy': CSP,
          'X-Content-Type-Options': 'nosniff',
          'Cache-Control': 'no-store',
        });
        response.end(await readFile(join(DIST, file[0])));
        return;
      }
      let text = '';
      for await (const chunk of request) {
        text += String(chunk);
      }
      const body: unknown = text ? JSON.parse(text) : null;
      if (!address.startsWith('/favicon')) {
        asked.push({method: request.method ?? '', path: address, headers: request.headers, body});
      }
      const reply = request.method === 'POST' ? routes[path]?.(body as never) : undefined;
      if (reply) {
        response.writeHead(reply.status, {'Content-Type': 'application/json'}).end(JSON.stringify(reply.body ?? {}));
      } else {
        response.writeHead(200, {'Content-Type': 'text/html'}).end('<title>Mattermost</title>');
      }
    })().catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${subpath}${PLUGIN}/claim`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
