import {afterEach, beforeEach, expect, jest, test} from '@jest/globals';
import {fireEvent, screen, waitFor} from '@testing-library/dom';
import userEvent from '@testing-library/user-event';
import PAGE from './claim.html';
import {normaliseCode} from './code.ts';
import {startPage} from './page.ts';
import {rulesFor} from './password_rules.ts';
import {createRequests, placesOf} from './requests.ts';

const TOKEN = 'reset-token-of-mattermost';
const PASSWORD = 'Sunflower-2026';
const CLAIMED = {
  username: 'user.one',
  token: TOKEN,
  mfa: 'off',
  sign_in_open: true,
  password: {minimum_length: 10, lowercase: true, uppercase: true, number: true, symbol: true},
};

type Answer = {status?: number; body?: unknown};
type Asked = {path: string; body: Record<string, unknown>; headers: Record<string, string>};

let asked: Asked[] = [];
let went: string[] = [];

/** Answers in turn; the last one stays. An answer of null is a network that is down. */
function open(answers: Record<string, (Answer | null)[]>, pathname = '/chat/plugins/disaster-recovery/claim') {
  asked = [];
  went = [];
  document.body.innerHTML = /<body>([\s\S]*)<\/body>/.exec(PAGE)![1]!;
  globalThis.fetch = jest.fn((path: unknown, options?: RequestInit) => {
    const body = JSON.parse(String(options?.body)) as Record<string, unknown>;
    asked.push({path: String(path), body, headers: options?.headers as Record<string, string>});
    const known = answers[
      String(path).replace('/chat', '').replace('/plugins/disaster-recovery/', '').replace('/api/v4/users/', '')
    ] ?? [{}];
    const answer = known.length > 1 ? known.shift()! : known[0]!;
    if (answer === null) {
      return Promise.reject(new TypeError('Failed to fetch'));
    }
    const {status = 200, body: reply = {}} = answer;
    return Promise.resolve({ok: status < 300, status, json: () => Promise.resolve(reply)});
  }) as never;
  // A page of an earlier test may still be about to open Mattermost: that is not where this one went.
  const here = went;
  startPage(createRequests(pathname), (address) => here.push(address));
  return userEvent.setup();
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => void jest.restoreAllMocks());

const claimed = (change = {}) => ({'claim/code': [{body: {...CLAIMED, ...change}}]});
const refused = (status: number, id: string, message = 'Words of Mattermost.') => ({
  status,
  body: {id, message, status_code: status},
});

async function enterCode(user: ReturnType<typeof open>) {
  await user.type(screen.getByLabelText('Code from your administrator'), '7k2m 9qxd-4abc{Enter}');
  await waitFor(() => expect(screen.getByLabelText('New password')).toHaveFocus());
}

async function enterPassword(user: ReturnType<typeof open>, password = PASSWORD) {
  await enterCode(user);
  await user.type(screen.getByLabelText('New password'), password);
  await user.type(screen.getByLabelText('The same password again'), `${password}{Enter}`);
}

test.each([
  ['7k2m-9qxd', '7K2M9QXD'],
  [' 7K2M 9QXD\n', '7K2M9QXD'],
  ['7k2m–9qxd\u00a0', '7K2M9QXD'],
  [' - ', ''],
])('the code %j is read as %s', (typed, code) => {
  expect(normaliseCode(typed)).toBe(code);
});

test.each([
  ['/plugins/disaster-recovery/claim', '', '/plugins/disaster-recovery'],
  ['/a/chat/plugins/disaster-recovery/claim', '/a/chat', '/a/chat/plugins/disaster-recovery'],
])('at %s the site is at %j', (path, site, plugin) => {
  expect(placesOf(path)).toEqual({site, plugin});
});

test.each([
  ['short', 4],
  ['longenoughbutplain', 3],
  ['Sunflower2026', 1],
  [PASSWORD, 0],
  ['Aa1!' + 'ä'.repeat(40), 1],
])('of the password %s %d rules are not met', (password, open) => {
  expect(rulesFor(CLAIMED.password, password, password).filter(({isMet}) => !isMet)).toHaveLength(open);
});

test('from the code to signed in: each secret goes to where it belongs, and nowhere else', async () => {
  const user = open(claimed());
  await enterPassword(user);
  expect(await screen.findByRole('heading', {name: 'You are in.'})).toHaveFocus();
  expect(asked.map(({path, body}) => [path, body])).toEqual([
    ['/chat/plugins/disaster-recovery/claim/code', {code: '7K2M9QXD4ABC'}],
    ['/chat/api/v4/users/password/reset', {token: TOKEN, new_password: PASSWORD}],
    ['/chat/api/v4/users/login', {login_id: 'user.one', password: PASSWORD, device_id: ''}],
  ]);
  expect(asked.every(({headers}) => headers['X-Requested-With'] === 'XMLHttpRequest')).toBe(true);
  expect(screen.getByRole('link', {name: 'Open Mattermost'})).toHaveAttribute('href', '/chat/');
  await waitFor(() => expect(went).toEqual(['/chat/']), {timeout: 3000});
  expect([...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(({value}) => value).join('')).toBe(
    'user.one',
  );
});

test('token, code and password are in no storage, no address and no markup', async () => {
  const user = open({...claimed(), 'password/reset': [refused(400, 'model.user.is_valid.pwd.app_error')]});
  await enterPassword(user);
  await screen.findByText('Words of Mattermost.');
  const places = [
    JSON.stringify(localStorage),
    JSON.stringify(sessionStorage),
    document.cookie,
    location.href,
    document.documentElement.outerHTML,
    ...asked.map(({path}) => path),
  ].join('\n');
  for (const secret of [TOKEN, PASSWORD, '7K2M9QXD4ABC']) {
    expect(places).not.toContain(secret);
  }
});

test('a hostile username is text', async () => {
  const username = '<img src=x onerror="window.owned = true">';
  const user = open(claimed({username}));
  await enterCode(user);
  expect(document.getElementById('hello')).toHaveTextContent(`@${username}`);
  expect(document.querySelector('img')).toBeNull();
});

test('a hostile refusal is text', async () => {
  const user = open({...claimed(), 'password/reset': [refused(400, 'some.id', '<script>alert(1)</script>')]});
  await enterPassword(user);
  expect(await screen.findByRole('alert')).toHaveTextContent('<script>alert(1)</script>');
  expect(document.querySelector('main script')).toBeNull();
});

test.each<[string, Answer | null, RegExp]>([
  [
    'a wrong code',
    {status: 401, body: {error: {code: 'CLAIM_CODE_WRONG', message: 'x', remedy: 'y'}}},
    /wrong, used, or too old.*ask your administrator/,
  ],
  [
    'too many tries',
    {status: 429, body: {error: {code: 'CLAIM_TOO_MANY_TRIES', message: 'x', remedy: 'y'}}},
    /too many tries.*Wait some minutes, then try again/,
  ],
  [
    'a companion that is down',
    {status: 502, body: {error: {code: 'COMPANION_UNREACHABLE', message: 'x', remedy: 'y'}}},
    /cannot be checked.*not used up/,
  ],
  ['no network', null, /did not answer.*connection/],
  ['a page of a proxy', {status: 200, body: null}, /does not understand/],
  [
    'another refusal, in its words',
    {status: 409, body: {error: {code: 'ACCOUNT_CONFLICT', message: 'Not as it was.', remedy: 'Say so.'}}},
    /Not as it was\.Say so\./,
  ],
])('%s: said with what to do, and the code can be tried again', async (_name, answer, words) => {
  const user = open({'claim/code': [answer, {body: CLAIMED}]});
  await user.type(screen.getByLabelText('Code from your administrator'), 'abc{Enter}');
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent(words));
  expect(screen.getByLabelText('Code from your administrator')).toHaveFocus();
  await user.type(screen.getByLabelText('Code from your administrator'), 'd{Enter}');
  await waitFor(() => expect(screen.getByLabelText('New password')).toHaveFocus());
  expect(asked.map(({body}) => body['code'])).toEqual(['ABC', 'ABCD']);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a password that meets not every rule goes nowhere; the rules say what is missing', async () => {
  const user = open(claimed());
  await enterPassword(user, 'sunflower');
  expect(screen.getByRole('alert')).toHaveTextContent('The password is not ready yet.');
  expect([...document.querySelectorAll('#rules li')].map((item) => item.textContent?.slice(1))).toEqual([
    'missing: At least 10 characters',
    'done: A small letter',
    'missing: A capital letter',
    'missing: A digit',
    'missing: A symbol, such as ! or ?',
    'done: Twice the same',
  ]);
  expect(asked).toHaveLength(1);
});

test('a password that Mattermost refuses is answered in its own words and can be tried again with the same code', async () => {
  const user = open({
    ...claimed(),
    'password/reset': [refused(400, 'model.user.is_valid.pwd.app_error', 'Too common.'), {}],
  });
  await enterPassword(user);
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('Too common.'));
  await user.click(screen.getByRole('button', {name: 'Set the password and sign in'}));
  await screen.findByRole('heading', {name: 'You are in.'});
  expect(asked.filter(({path}) => path.endsWith('/reset')).map(({body}) => body['token'])).toEqual([TOKEN, TOKEN]);
});

test('an account that signs in through the provider again needs no password, and is told so', async () => {
  const user = open({
    ...claimed(),
    'password/reset': [
      refused(400, 'api.user.reset_password.sso.app_error', 'Cannot reset password for SSO accounts.'),
    ],
  });
  await enterPassword(user);
  await waitFor(() =>
    expect(screen.getByRole('alert')).toHaveTextContent(/Single sign-on works again.*Sign in the usual way/),
  );
});

test('a reset token that is over leads back to the code, and is forgotten', async () => {
  const user = open({...claimed(), 'password/reset': [refused(400, 'api.user.reset_password.link_expired.app_error')]});
  await enterPassword(user);
  await waitFor(() => expect(screen.getByLabelText('Code from your administrator')).toHaveFocus());
  expect(screen.getByRole('alert')).toHaveTextContent(/Too much time has passed.*new code/);
  expect(screen.getByLabelText<HTMLInputElement>('New password').value).toBe('');
});

test('a second factor is asked for when Mattermost wants one, as often as needed', async () => {
  const user = open({
    ...claimed({mfa: 'offered'}),
    login: [
      refused(401, 'mfa.validate_token.authenticate.app_error'),
      refused(401, 'api.user.check_user_mfa.bad_code.app_error'),
      {},
    ],
  });
  await enterPassword(user);
  await waitFor(() => expect(screen.getByLabelText('Six digits')).toHaveFocus());
  expect(screen.queryByRole('alert')).toBeNull();
  await user.type(screen.getByLabelText('Six digits'), '111 111{Enter}');
  await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('wrong or too old'));
  await user.type(screen.getByLabelText('Six digits'), '222222{Enter}');
  await screen.findByRole('heading', {name: 'You are in.'});
  expect(asked.slice(2).map(({body}) => body['token'])).toEqual([undefined, '111111', '222222']);
});

test('sign-in by username being off: the password is set, and the page says how to go on', async () => {
  const user = open({...claimed(), login: [refused(401, 'api.user.login.invalid_credentials_sso')]});
  await enterPassword(user);
  expect(await screen.findByRole('heading', {name: 'Your password is set'})).toBeInTheDocument();
  expect(document.getElementById('done')).toHaveTextContent('Sign in with your email address and the new password.');
  expect(screen.getByRole('link', {name: 'Go to the sign-in page'})).toHaveAttribute('href', '/chat/login');
  expect(went).toEqual([]);
});

test('passwords being refused at sign-in: nobody is sent to sign in with one, and the page says what happens next', async () => {
  const user = open({
    ...claimed({sign_in_open: false}),
    login: [refused(401, 'api.user.login.invalid_credentials_sso')],
  });
  await enterPassword(user);
  expect(await screen.findByRole('heading', {name: 'Your password is set'})).toBeInTheDocument();
  const words = document.getElementById('done')!.textContent;
  expect(words).not.toContain('Sign in with');
  expect(words).toMatch(/does not take passwords at sign-in right now.*Tell your administrator.*no other code/);
  expect(screen.getByRole('link', {name: 'The sign-in page, for later'})).toHaveAttribute('href', '/chat/login');
});

test('sign-in was opened while the password was chosen: the person is in', async () => {
  const user = open(claimed({sign_in_open: false}));
  await enterPassword(user);
  await screen.findByRole('heading', {name: 'You are in.'});
});

test.each([
  ['off', ''],
  ['offered', 'If you have set up a second factor'],
  ['required', 'This server asks everybody for a second factor.'],
])('a second factor that is %s', async (mfa, words) => {
  const user = open(claimed({mfa}));
  await enterCode(user);
  expect(document.getElementById('factor')).toHaveTextContent(words);
  expect(document.getElementById('factor')!.hidden).toBe(words === '');
});

test('what is sent twice at once goes out once', async () => {
  const user = open(claimed());
  await user.type(screen.getByLabelText('Code from your administrator'), 'abc');
  fireEvent.submit(document.getElementById('code-step')!);
  fireEvent.submit(document.getElementById('code-step')!);
  await waitFor(() => expect(screen.getByLabelText('New password')).toHaveFocus());
  expect(asked).toHaveLength(1);
});

test('passwords can be shown and hidden', async () => {
  const user = open(claimed());
  await enterCode(user);
  await user.click(screen.getByRole('button', {name: 'Show'}));
  expect(screen.getByLabelText('New password')).toHaveAttribute('type', 'text');
  await user.click(screen.getByRole('button', {name: 'Hide'}));
  expect(screen.getByLabelText('The same password again')).toHaveAttribute('type', 'password');
});

test('nothing in the page could be sent by a form, and nothing in it is inline', () => {
  expect(PAGE).not.toMatch(/ (name|style|on\w+)="(?!viewport|referrer|robots|color-scheme)/);
  expect(PAGE.match(/<script[^>]*>/g)).toEqual(['<script src="claim/claim.js">']);
  expect(PAGE).not.toMatch(/<style/);
});
