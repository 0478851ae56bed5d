// A GitLab-shaped identity provider, built only to test against: node test/identity-provider/main.ts
import {createServer} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import Provider from 'oidc-provider';
import type {Account, Context} from 'oidc-provider';
import {readAnswerInstead, readPeople} from './people.ts';

const PORT = Number(setting('PORT'));
const PEOPLE_FILE = setting('PEOPLE_FILE');
const ANSWER_FILE = setting('ANSWER_FILE');
const ISSUER = `http://127.0.0.1:${PORT}`;
const LARGEST_FORM = 10_000;

const provider = new Provider(ISSUER, {
  clients: [
    {
      client_id: setting('CLIENT_ID'),
      client_secret: setting('CLIENT_SECRET'),
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [`${setting('SITE_URL')}/signup/gitlab/complete`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  pkce: {required: () => false},
  claims: {openid: ['sub'], profile: ['id', 'username', 'name'], email: ['email']},
  cookies: {keys: ['only for tests']},
  features: {devInteractions: {enabled: false}, userinfo: {enabled: true}},
  interactions: {url: (_: Context, interaction: {uid: string}) => `/interaction/${interaction.uid}`},
  findAccount: (_: Context, username: string) => accountOf(username),
  loadExistingGrant: grantEverything,
});
const answerAsProvider = provider.callback();

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set.`);
  }
  return value;
}

function accountOf(username: string): Account | undefined {
  const person = readPeople(PEOPLE_FILE)[username];
  if (person === undefined) {
    return undefined;
  }
  const claims = {sub: username, id: person.id, username, name: `${username} Test`, email: person.email};
  return {accountId: username, claims: () => Promise.resolve(claims)};
}

/** In place of a page that asks for consent. */
async function grantEverything({oidc}: Context) {
  const grant = new oidc.provider.Grant({clientId: oidc.client.clientId, accountId: oidc.session.accountId});
  grant.addOIDCScope('openid profile email');
  await grant.save();
  return grant;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await hasAnsweredInstead(request, response)) {
    return;
  }
  const {pathname} = new URL(request.url ?? '/', ISSUER);
  if (pathname.startsWith('/interaction/')) {
    await answerInteraction(request, response, pathname);
    return;
  }
  askForOpenId(request);
  await answerAsProvider(request, response);
}

async function hasAnsweredInstead(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const instead = readAnswerInstead(ANSWER_FILE);
  if (instead === undefined || !(request.url ?? '/').startsWith(instead.path)) {
    return false;
  }
  await pause(instead.delay_ms);
  if (instead.status === 0) {
    return false;
  }
  response.writeHead(instead.status, {'Content-Type': instead.content_type}).end(instead.body);
  return true;
}

/** Userinfo is given only to who asked for "openid"; Mattermost, where that is in the scope, takes GitLab for OpenID and refuses. */
function askForOpenId(request: IncomingMessage): void {
  const url = new URL(request.url ?? '/', ISSUER);
  if (url.pathname === '/auth' && url.searchParams.has('client_id')) {
    url.searchParams.set('scope', `openid ${url.searchParams.get('scope') ?? ''}`.trim());
    request.url = `${url.pathname}${url.search}`;
  }
}

async function answerInteraction(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  if (request.method !== 'POST') {
    showForm(response, path, 200, '');
    return;
  }
  const form = await formOf(request);
  const username = form.get('username') ?? '';
  if (readPeople(PEOPLE_FILE)[username]?.password !== form.get('password')) {
    showForm(response, path, 401, 'Wrong username or password.');
    return;
  }
  await provider.interactionFinished(
    request,
    response,
    {login: {accountId: username}},
    {mergeWithLastSubmission: false},
  );
}

function showForm(response: ServerResponse, path: string, status: number, says: string): void {
  response.writeHead(status, {'Content-Type': 'text/html; charset=utf-8'})
    .end(`<!doctype html><title>Sign in</title><p>${says}</p>
<form id="sign-in" method="post" action="${path}">
<input name="username"><input name="password" type="password"><button>Sign in</button></form>`);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const piece of request) {
    body += String(piece);
    if (body.length > LARGEST_FORM) {
      throw new Error('The form is too large.');
    }
  }
  return new URLSearchParams(body);
}

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
}).listen(PORT, '127.0.0.1');
