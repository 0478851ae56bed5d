import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {inspect} from 'node:util';
import {afterEach, beforeEach, expect, test} from '@jest/globals';
import {createMattermostRest} from './rest.ts';

const TOKEN = 'canarytoken'.padEnd(64, 'x');
const PASSWORD = 'canary password';
let server: Server;
let url = '';
let seen: {path: string; authorization: string | undefined; body: unknown}[] = [];
let answers: Record<string, {status: number; body: string; token?: string}> = {};

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const path = `${request.method} ${request.url}`;
        seen.push({path, authorization: request.headers.authorization, body: text === '' ? null : JSON.parse(text)});
        const {status, body, token} = answers[path] ?? {status: 404, body: '<html>'};
        response.writeHead(status, {'content-type': 'application/json', ...(token && {Token: token})}).end(body);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat/`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const says = (status: number, id: string) => ({
  status,
  body: JSON.stringify({id, message: 'No.', status_code: status}),
});
const RESET = 'POST /chat/api/v4/users/password/reset';
const LOGIN = 'POST /chat/api/v4/users/login';

test('a reset gives token and password to Mattermost, below the subpath of the site', async () => {
  answers = {[RESET]: {status: 200, body: '{"status":"OK"}'}};
  await createMattermostRest(url).resetPassword(TOKEN, PASSWORD);
  expect(seen).toEqual([{path: RESET, authorization: undefined, body: {token: TOKEN, new_password: PASSWORD}}]);
});

test.each([
  ['a password against the rules', says(400, 'model.user.is_valid.pwd_min_length.app_error'), 'PASSWORD_REFUSED'],
  ['a used token', says(400, 'api.user.reset_password.invalid_link.app_error'), 'MATTERMOST_REFUSED'],
  ['an error of the server', says(500, 'model.user.is_valid.pwd.app_error'), 'MATTERMOST_REFUSED'],
  ['a proxy without a server', {status: 502, body: '<html>'}, 'MATTERMOST_UNREACHABLE'],
])('%s is %j → %s, without token and password', async (_case, answer, code) => {
  answers = {[RESET]: answer, 'POST /chat/api/v4/users/email/verify': answer};
  const failure: unknown = await createMattermostRest(url)
    .resetPassword(TOKEN, PASSWORD)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({code});
  expect(
    await createMattermostRest(url)
      .verifyEmail(TOKEN)
      .catch((error: unknown) => error),
  ).toMatchObject({code});
  expect(inspect(failure, {depth: 20, showHidden: true})).not.toMatch(/canary/);
});

test('with nothing there, it is unreachable, and neither token nor password is in the failure', async () => {
  const rest = createMattermostRest('http://127.0.0.1:1');
  const failure: unknown = await rest.resetPassword(TOKEN, PASSWORD).catch((error: unknown) => error);
  expect([failure, await rest.answers()]).toMatchObject([{code: 'MATTERMOST_UNREACHABLE'}, false]);
  expect(inspect(failure, {depth: 20, showHidden: true})).not.toMatch(/canary/);
});

test('a password that signs in is tried once, and its session is ended', async () => {
  answers = {
    [LOGIN]: {status: 200, body: '{}', token: 'session'},
    'POST /chat/api/v4/users/logout': {status: 200, body: '{}'},
  };
  expect(await createMattermostRest(url).tryPassword('lola', PASSWORD)).toBe('yes');
  expect(seen.map(({path, authorization}) => [path.split('/').at(-1), authorization])).toEqual([
    ['login', undefined],
    ['logout', 'Bearer session'],
  ]);
  expect(seen[0]?.body).toEqual({login_id: 'lola', password: PASSWORD});
});

test.each([
  ['mfa.validate_token.authenticate.app_error', 400, 'mfa'],
  ['api.user.check_user_mfa.bad_code.app_error', 401, 'mfa'],
  ['api.user.login.invalid_credentials_email_username', 401, 'no'],
  ['api.user.check_user_login_attempts.too_many.app_error', 401, 'no'],
])('a sign-in that ends with %s (%d) is %s', async (id, status, expected) => {
  answers = {[LOGIN]: says(status, id)};
  expect(await createMattermostRest(url).tryPassword('lola', PASSWORD)).toBe(expected);
});

test('it answers when it is Mattermost, and not when it is something else', async () => {
  answers = {'GET /chat/api/v4/system/ping': {status: 200, body: '{"status":"OK"}'}};
  expect(await createMattermostRest(url).answers()).toBe(true);
  answers = {'GET /chat/api/v4/system/ping': {status: 200, body: '<html>'}};
  expect(await createMattermostRest(url).answers()).toBe(false);
});
