import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync} from 'node:fs';
import http, {type RequestListener, type Server} from 'node:http';
import https from 'node:https';
import net, {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, test} from '@jest/globals';
import {createControls} from './controls.ts';
import type {ProbeTarget} from './port.ts';
import {classifyBridgeProbe} from './probe_classes.ts';
import {createHttpProbe, type HttpProbeParts, type HttpTarget} from './probe_http.ts';
import {certificateExpiry, connectionError} from './probe_tls.ts';

const servers: net.Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) {
      (server as Server).closeAllConnections();
    }
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

type Ask = {probe?: HttpTarget['probe']; slowMs?: number; timeoutMs?: number; parts?: HttpProbeParts; path?: string};
const targetAt = (port: number, probe: HttpTarget['probe'], path = '/x?redirect_uri=q'): HttpTarget => ({
  kind: 'http',
  provider: 'gitlab',
  probe,
  url: `http://127.0.0.1:${port}${path}`,
  client_id: 'client-1',
});
const askPort = (port: number, {probe = 'authorize', slowMs = 5000, timeoutMs = 3000, parts = {}, path}: Ask = {}) =>
  createHttpProbe(parts)(targetAt(port, probe, path), {slowMs, timeoutMs});
const askServer = async (listener: RequestListener, options: Ask = {}) =>
  askPort(await listen(http.createServer(listener)), options);
const answering =
  (status: number, type: string, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, {'content-type': type, ...headers}).end(body);
  };
const json = (status: number, body: unknown): RequestListener =>
  answering(status, 'application/json', JSON.stringify(body));
const page = (status: number, headers: Record<string, string> = {}): RequestListener =>
  answering(status, 'text/html', '<!doctype html><html>page</html>', headers);

const ROWS: [string, HttpTarget['probe'], RequestListener, string][] = [
  ['a sign-in page is a living front door', 'authorize', page(200), 'ok'],
  ['a way to the sign-in page is a living front door', 'authorize', page(302, {location: '/login'}), 'ok'],
  ['a page that complains about the bare request is a living front door', 'authorize', page(400), 'ok'],
  ['401 at the front door is a refusal and no outage', 'authorize', page(401), 'rejecting'],
  ['403 at the front door is a refusal and no outage', 'authorize', page(403), 'rejecting'],
  ['404 at the front door is a wrong address', 'authorize', page(404), 'misconfigured'],
  ['503 at the front door is an outage', 'authorize', page(503), 'server_error'],
  [
    'a redirect that says temporarily_unavailable is an outage',
    'authorize',
    page(302, {location: 'https://chat.test/complete?error=temporarily_unavailable'}),
    'server_error',
  ],
  [
    'a redirect that says invalid_scope is a wrong setting',
    'authorize',
    page(302, {location: 'https://chat.test/complete?error=invalid_scope'}),
    'misconfigured',
  ],
  [
    'an unknown redirect address is a wrong setting',
    'authorize',
    json(400, {error: 'invalid_redirect_uri'}),
    'misconfigured',
  ],
  ['being asked too often proves nothing', 'authorize', page(429), 'inconclusive'],
  ['a refused bogus code is a living token service', 'token', json(400, {error: 'invalid_grant'}), 'ok'],
  [
    'a refused client without its secret is a living token service',
    'token',
    json(401, {error: 'invalid_client'}),
    'ok',
  ],
  [
    'a token service of a provider that answers 200 with an error lives',
    'token',
    json(200, {error: 'bad_verification_code'}),
    'ok',
  ],
  [
    'a token service that does not know the redirect address is a wrong setting',
    'token',
    json(400, {error: 'invalid_redirect_uri'}),
    'misconfigured',
  ],
  ['a token service that says server_error is down', 'token', json(400, {error: 'server_error'}), 'server_error'],
  ['401 with a page is no answer of a token service', 'token', page(401), 'inconclusive'],
  ['an outage page with status 200 instead of a token service is an outage', 'token', page(200), 'server_error'],
  ['a token service that leads elsewhere proves nothing', 'token', page(302, {location: '/sorry'}), 'inconclusive'],
  ['403 from a token service is a refusal', 'token', json(403, {error: 'access_denied'}), 'rejecting'],
  ['404 from a token service is a wrong address', 'token', page(404), 'misconfigured'],
  ['a token service that takes no POST is a wrong address', 'token', page(405), 'misconfigured'],
  ['500 from a token service is an outage', 'token', json(500, {error: 'invalid_grant'}), 'server_error'],
  ['401 without a token is a living userinfo', 'userinfo', json(401, {}), 'ok'],
  ['403 without a token is a living userinfo', 'userinfo', json(403, {}), 'ok'],
  ['a page from userinfo proves nothing', 'userinfo', page(200), 'inconclusive'],
  ['502 from userinfo is an outage', 'userinfo', page(502), 'server_error'],
  ['a discovery document with an issuer is right', 'discovery', json(200, {issuer: 'https://idp.test'}), 'ok'],
  ['a discovery document without an issuer is wrong', 'discovery', json(200, {}), 'misconfigured'],
  ['a page instead of a discovery document proves nothing', 'discovery', page(200), 'inconclusive'],
  [
    'SAML metadata with its root is right',
    'metadata',
    answering(
      200,
      'application/xml',
      '<?xml version="1.0"?><!-- x --><md:EntityDescriptor entityID="x"></md:EntityDescriptor>',
    ),
    'ok',
  ],
  ['XML that is no metadata is wrong', 'metadata', answering(200, 'application/xml', '<note/>'), 'misconfigured'],
  ['a SAML sign-in page that wants another method lives', 'sign_in_page', page(405), 'ok'],
];

test.each(ROWS)('%s', async (_name, probe, listener, outcome) => {
  expect(await askServer(listener, {probe})).toMatchObject({provider: 'gitlab', probe, outcome});
});

test('what is said names the host, and neither query nor client', async () => {
  const {message} = await askServer(page(503));
  expect(message).toMatch(/^127\.0\.0\.1:\d+ answers with the error 503\.$/);
});

test('a refused connection is unreachable', async () => {
  const port = await listen(net.createServer());
  await new Promise((resolve) => servers.pop()!.close(resolve));
  expect(await askPort(port)).toMatchObject({outcome: 'unreachable', message: expect.stringContaining('refused')});
});

test('a connection that is broken off is unreachable', async () => {
  const port = await listen(net.createServer((socket) => socket.resetAndDestroy()));
  expect(await askPort(port)).toMatchObject({outcome: 'unreachable'});
});

test('a name without an address is unreachable', async () => {
  const target: ProbeTarget = {...targetAt(1, 'authorize'), url: 'http://nothing.invalid/'};
  expect(await createHttpProbe()(target, {slowMs: 5000, timeoutMs: 5000})).toMatchObject({outcome: 'unreachable'});
});

test('a provider that takes the connection and stays silent is unreachable in time', async () => {
  const result = await askServer(() => {}, {timeoutMs: 150});
  expect(result).toMatchObject({outcome: 'unreachable', message: expect.stringContaining('did not answer in time')});
  expect(result.ms).toBeLessThan(2000);
});

test('a provider that stops in the middle of its page is unreachable in time', async () => {
  const result = await askServer(
    (_request, response) => {
      response.writeHead(200).write('<html>');
    },
    {timeoutMs: 150},
  );
  expect(result).toMatchObject({outcome: 'unreachable'});
});

test('a right answer that comes late is slow', async () => {
  const late: RequestListener = (request, response) => {
    setTimeout(() => page(200)(request, response as never), 120);
  };
  expect(await askServer(late, {slowMs: 50})).toMatchObject({
    outcome: 'slow',
    message: expect.stringContaining('answered after 0.1 s'),
  });
});

test('a page of many megabytes is read in part only', async () => {
  let sent = 0;
  const endless: RequestListener = (_request, response) => {
    response.writeHead(200, {'content-type': 'text/html'});
    const more = (): void => {
      while (sent < 64 * 1024 * 1024 && response.write(Buffer.alloc(65_536, 'x'))) {
        sent += 65_536;
      }
    };
    response.on('drain', more);
    more();
  };
  expect(await askServer(endless)).toMatchObject({outcome: 'ok'});
  expect(sent).toBeLessThan(32 * 1024 * 1024);
});

test('the token service gets a bogus code and the client without a secret; a redirect is not followed', async () => {
  const seen: string[] = [];
  await askServer(
    (request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (chunk: string) => seen.push(`${request.method} ${chunk}`))
        .on('end', () => response.writeHead(302, {location: '/elsewhere'}).end());
    },
    {probe: 'token'},
  );
  expect(seen).toEqual(['POST grant_type=authorization_code&code=probe&client_id=client-1']);
});

test('the front door gets what Mattermost would send', async () => {
  const seen: string[] = [];
  await askServer(
    (request, response) => {
      seen.push(request.url!);
      response.end();
    },
    {path: '/authorize?redirect_uri=https%3A%2F%2Fchat.test%2Fsignup%2Fgitlab%2Fcomplete&scope=openid'},
  );
  expect(Object.fromEntries(new URL(seen[0]!, 'http://x').searchParams)).toEqual({
    redirect_uri: 'https://chat.test/signup/gitlab/complete',
    scope: 'openid',
    response_type: 'code',
    client_id: 'client-1',
    state: 'disaster-recovery-probe',
  });
});

function aCertificate(...options: string[]): {key: string; cert: string} {
  const home = mkdtempSync(join(tmpdir(), 'probe-tls-'));
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      join(home, 'key'),
      '-out',
      join(home, 'cert'),
      '-subj',
      '/CN=127.0.0.1',
      ...options,
    ],
    {stdio: 'ignore'},
  );
  return {key: readFileSync(join(home, 'key'), 'utf8'), cert: readFileSync(join(home, 'cert'), 'utf8')};
}

test('a certificate that nobody here trusts is a wrong setting and no outage; its end can be read all the same', async () => {
  const port = await listen(https.createServer(aCertificate('-days', '20'), page(200)));
  const target: HttpTarget = {...targetAt(port, 'authorize'), url: `https://127.0.0.1:${port}/`};
  expect(await createHttpProbe()(target, {slowMs: 5000, timeoutMs: 5000})).toMatchObject({outcome: 'misconfigured'});
  expect(((await certificateExpiry('127.0.0.1', port))! - Date.now()) / 86_400_000).toBeCloseTo(20, 1);
  expect(await certificateExpiry('127.0.0.1', await listen(net.createServer((socket) => socket.destroy())))).toBeNull();
});

test('metadata that signs with another key than Mattermost was given is a mismatch', async () => {
  const [ours, other] = [aCertificate().cert, aCertificate().cert];
  const der = (pem: string): string => pem.replace(/-----[^-]+-----/g, '').trim();
  const metadata = (pem: string): RequestListener =>
    answering(
      200,
      'application/xml',
      `<EntityDescriptor><IDPSSODescriptor>
    <KeyDescriptor use="encryption"><X509Certificate>${der(ours)}</X509Certificate></KeyDescriptor>
    <KeyDescriptor use="signing"><KeyInfo><ds:X509Data><ds:X509Certificate>\n${der(pem)}\n</ds:X509Certificate></ds:X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>`,
    );
  const parts = {samlCertificate: async () => ours};
  expect(await askServer(metadata(ours), {probe: 'metadata', parts})).toMatchObject({outcome: 'ok'});
  expect(await askServer(metadata(other), {probe: 'metadata', parts})).toMatchObject({outcome: 'key_mismatch'});
  expect(
    await askServer(metadata(other), {probe: 'metadata', parts: {samlCertificate: async () => null}}),
  ).toMatchObject({outcome: 'ok'});
});

test.each<[string, string, number, string, string]>([
  ['no connection', 'token', 0, 'refused', 'unreachable'],
  ['no answer in time', 'token', 0, 'timeout', 'unreachable'],
  ['no name', 'authorize', 0, 'dns', 'unreachable'],
  ['a certificate that ran out', 'authorize', 0, 'tls_expired', 'tls_expired'],
  ['other TLS trouble', 'authorize', 0, 'tls', 'misconfigured'],
  ['another failure', 'authorize', 0, 'other', 'unreachable'],
  ['503', 'authorize', 503, '', 'server_error'],
  ['401 from the token service', 'token', 401, '', 'ok'],
  ['401 from userinfo', 'userinfo', 401, '', 'ok'],
  ['403 at the front door', 'authorize', 403, '', 'rejecting'],
  ['405 to a bare question for a token', 'token', 405, '', 'ok'],
  ['200 from the token service, its body unknown', 'token', 200, '', 'inconclusive'],
  ['200 from metadata', 'metadata', 200, '', 'ok'],
  ['429', 'token', 429, '', 'inconclusive'],
])('%s seen by the bridge is judged like what the companion sees', (_name, probe, status, error, outcome) => {
  expect(classifyBridgeProbe({provider: 'gitlab', probe, status, error, ms: 10}, 5000).outcome).toBe(outcome);
});

test.each([
  ['CERT_HAS_EXPIRED', 'tls_expired'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['EPROTO', 'tls'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ETIMEDOUT', 'timeout'],
  ['ECONNABORTED', 'timeout'],
  ['ECONNRESET', 'refused'],
  ['EHOSTUNREACH', 'refused'],
  ['SOMETHING_NEW', 'other'],
])('the error %s is told as %s', (code, told) => {
  expect(connectionError(Object.assign(new Error('x'), {code}))).toBe(told);
});

test('a late answer seen by the bridge is slow', () => {
  expect(
    classifyBridgeProbe({provider: 'gitlab', probe: 'authorize', status: 200, error: '', ms: 6000}, 5000).outcome,
  ).toBe('slow');
});

test('controls are fine when one of them answers anything, red when none does, and unknown when there is none', async () => {
  const alive = `http://127.0.0.1:${await listen(http.createServer(page(503)))}/`;
  const dead = 'http://127.0.0.1:1/';
  expect(await createControls([dead, alive])()).toBe(true);
  expect(await createControls([dead, dead])()).toBe(false);
  expect(await createControls([])()).toBeNull();
});
