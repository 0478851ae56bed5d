import {createHmac} from 'node:crypto';
import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import type {Locator, Page} from 'playwright-core';
import {openBrowser, startHostPage} from '../browser/index.ts';
import type {HostPage, OpenBrowser} from '../browser/index.ts';
import {openSession} from '../harness/session.ts';
import {signInThroughProvider, signInWithPassword, tokenWorks} from '../harness/sso_login.ts';
import {removeScratch} from '../harness/scratch.ts';
import {startSsoServer} from '../harness/sso_server.ts';
import type {SsoPerson, SsoServer} from '../harness/sso_server.ts';
import {waitFor} from '../harness/wait_for.ts';

jest.setTimeout(300_000);

// What administrator and locked-out person see of an outage: card and claim page in a browser, and behind them the real server, plugin, companion and provider.
const PHONE = {width: 390, height: 844};
/** The card asks every 30 s on quiet days, every 10 s in an outage. */
const POLL = {timeout: 60_000};
const PASSWORD = 'Sunflower-of-2026';
const WITH_FACTOR = 'Second-factor-1';

let server: SsoServer;
let host: HostPage;
let browser: OpenBrowser;
let card: Locator;
let phone: Page;
let before: string;
const secrets: string[] = [];
const asked: string[] = [];

/** One story: each test goes on where the one before it ended. */
beforeAll(async () => {
  server = await startSsoServer({
    people: 3,
    extraSsoRows: 20,
    extraSessions: (index) => (index % 4 === 0 ? [] : [{expiresAt: Date.now() + (index % 4) * 5 * 3_600_000}]),
  });
  before = await server.settingsHash();
  host = await startHostPage({target: server.mattermost().url});
  browser = await openBrowser({width: 1180, height: 900});
  card = browser.page.locator('#disaster-recovery-sso');
  phone = await openPhone();
});

afterAll(async () => {
  await browser?.close();
  await host?.close();
  await server?.stop();
  removeScratch();
});

/** A device that nobody has signed in on. What it asks for is noted with its address. */
async function openPhone(): Promise<Page> {
  const context = await browser.page
    .context()
    .browser()!
    .newContext({viewport: PHONE, hasTouch: true, isMobile: true, locale: 'en-GB', timezoneId: 'UTC'});
  const page = await context.newPage();
  page.on('request', (request) => asked.push(request.url(), request.headers()['referer'] ?? ''));
  page.on('framenavigated', (frame) => asked.push(frame.url()));
  page.on('pageerror', ({message}) => browser.problems.push(message));
  return page;
}

/** For the eye, and for docs/images: `PICTURES=directory`. */
async function picture(name: string, of: Locator | Page = card): Promise<void> {
  const directory = process.env['PICTURES'];
  if (directory === undefined) {
    return;
  }
  await mkdir(directory, {recursive: true});
  await of.screenshot({path: join(directory, `${name}.png`)});
  if ('emulateMedia' in of && of !== browser.page) {
    await of.emulateMedia({colorScheme: 'dark'});
    await of.screenshot({path: join(directory, `${name}_dark.png`)});
    await of.emulateMedia({colorScheme: 'light'});
  }
}

/** Through the form of the card; the code is read off the page. */
async function letIn(person: SsoPerson): Promise<string> {
  const {page} = browser;
  if (await page.getByRole('button', {name: 'Let in another person'}).isVisible()) {
    await page.getByRole('button', {name: 'Let in another person'}).click();
  } else {
    await page.getByRole('button', {name: 'Let someone in…'}).click();
  }
  await page.getByRole('combobox', {name: 'Person'}).fill(person.username);
  await page.getByLabel('How do you know it is them?').fill('called back on the number of HR');
  await page.getByRole('button', {name: 'Make a code'}).click();
  await page.getByText(`Code for @${person.username}`).waitFor();
  const code = (await page.locator('.dr-code span').allInnerTexts()).join('-');
  secrets.push(code, code.replaceAll('-', ''));
  return code;
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code from your administrator').fill(code);
  const answer = page.waitForResponse((response) => response.url().endsWith('/claim/code'));
  await page.getByRole('button', {name: 'Go on'}).click();
  const {token} = (await (await answer).json()) as {token?: string};
  if (token !== undefined) {
    secrets.push(token);
  }
}

async function enterPassword(page: Page, password: string, name?: string): Promise<void> {
  secrets.push(password);
  await page.getByLabel('New password').fill(password);
  await page.getByLabel('The same password again').fill(password);
  if (name) {
    await picture(name, page);
  }
  await page.getByRole('button', {name: 'Set the password and sign in'}).click();
}

async function signedInAs(page: Page): Promise<string | undefined> {
  const cookies = await page.context().cookies(server.mattermost().url);
  const token = cookies.find(({name}) => name === 'MMAUTHTOKEN')?.value;
  expect(token !== undefined && (await tokenWorks(server.mattermost().url, token))).toBe(true);
  secrets.push(token ?? '');
  return cookies.find(({name}) => name === 'MMUSERID')?.value;
}

test('on a quiet day the card says that the provider answers', async () => {
  const {page} = browser;
  const {username, password} = server.workspace.admin;
  await page.goto(host.url());
  expect(await page.evaluate(`window.hostPage.login(${JSON.stringify(username)}, ${JSON.stringify(password)})`)).toBe(
    200,
  );
  await page.reload();
  await card.getByText('No outage. GitLab answers.').first().waitFor(POLL);
  await card.getByText(/^Readiness/).waitFor();
  await picture('1_watching');
});

test('the provider dies: the card says so by itself, and nothing is changed yet', async () => {
  await server.identityProvider.stop();
  await card
    .getByText(/GitLab has not answered for/)
    .first()
    .waitFor(POLL);
  await card.getByRole('button', {name: 'Declare an outage…'}).waitFor();
  expect(await server.settingsHash()).toBe(before);
  await picture('2_suspected');
});

test('it is declared by the button, with its reason', async () => {
  const {page} = browser;
  await card.getByRole('button', {name: 'Declare an outage…'}).click();
  await page.getByLabel('What happened?').fill('GitLab is down since this morning');
  await picture('3_declare');
  await page.getByRole('button', {name: 'Declare the outage', exact: true}).click();
  await card
    .getByText(/GitLab is down since this morning.*No account is changed yet/)
    .first()
    .waitFor(POLL);
  await picture('4_declared');
});

test('sessions are extended by the button, and the list says until when', async () => {
  const {page} = browser;
  await card.getByRole('button', {name: 'Extend sessions…'}).click();
  await page.getByText('back to what they were when the incident is closed').waitFor();
  await page.getByRole('button', {name: 'Extend sessions', exact: true}).click();
  await page
    .getByText(/sessions of .* people now last until/)
    .first()
    .waitFor(POLL);
  await card.getByText(/sessions are longer than before/).waitFor(POLL);
});

test('a person is let in: the code is shown once, and its time runs', async () => {
  const code = await letIn(server.people[0]!);
  expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  const timer = card.getByRole('timer');
  const first = await timer.textContent();
  expect(first).toMatch(/^Works once, for 1[45] min/);
  await waitFor('the countdown to go on', async () => (await timer.textContent()) !== first, 10);
  expect(await card.locator('.dr-copyable code', {hasText: '/claim'}).innerText()).toBe(
    `${server.mattermost().url}/plugins/disaster-recovery/claim`,
  );
  await card.getByRole('row', {name: `@${server.people[0]!.username}`}).waitFor(POLL);
  await picture('5_code');
  await browser.page.setViewportSize(PHONE);
  await picture('5_code_phone');
  await browser.page.setViewportSize({width: 1180, height: 900});

  await phone.goto(`${server.mattermost().url}/plugins/disaster-recovery/claim`);
  await picture('claim_1_code', phone);
  await phone.getByLabel('Code from your administrator').fill('7k2m 9qxd 4abc');
  await phone.keyboard.press('Enter');
  await phone.getByText('This code is wrong, used, or too old.').waitFor();
  await picture('claim_2_wrong', phone);

  // As people type what was read out to them.
  await phone.getByLabel('Code from your administrator').fill(code.toLowerCase().replaceAll('-', ' '));
  await picture('claim_2b_typed', phone);
  await enterCode(phone, code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l'));
  await phone.getByText(`@${server.people[0]!.username}`).waitFor();
});

test('a Save on another page of the System Console undoes nothing of it', async () => {
  const {page} = browser;
  const during = await server.settingsHash();
  expect(during).not.toBe(before);
  await page.getByRole('button', {name: 'Notices'}).click();
  await page.getByRole('button', {name: 'Save'}).click();
  await page.getByText('Saved.').waitFor();
  expect(await server.settingsHash()).toBe(during);
  await page.getByRole('button', {name: 'Disaster Recovery'}).click();
  await card.getByRole('row', {name: `@${server.people[0]!.username}`}).waitFor(POLL);
});

test('a password that Mattermost refuses is refused in its words, and the code is not lost', async () => {
  await server.patchConfig({PasswordSettings: {MinimumLength: 16}});
  await enterPassword(phone, 'Too-short-2026', 'claim_3_password');
  await phone.getByText(/must contain at least 16 characters/).waitFor();
  await picture('claim_4_refused', phone);
  await enterPassword(phone, PASSWORD);
  await phone.getByRole('heading', {name: 'You are in.'}).waitFor();
  await picture('claim_5_in', phone);
  await phone.waitForURL(`${server.mattermost().url}/`);
  expect(await signedInAs(phone)).toBe(server.people[0]!.userId);
  await server.patchConfig({PasswordSettings: {MinimumLength: 8}});
});

test('the return list says who has claimed and who has not', async () => {
  const {page} = browser;
  await letIn(server.people[1]!);
  await page.getByRole('button', {name: 'Done, forget the code'}).click();
  const row = (person: SsoPerson) => card.getByRole('row', {name: `@${person.username}`});
  await row(server.people[0]!).getByText('claimed', {exact: true}).waitFor(POLL);
  await row(server.people[1]!).getByText('switched, not claimed').waitFor(POLL);
  expect(await card.getByRole('button', {name: 'Close the incident…'}).isDisabled()).toBe(true);
  await waitFor(
    'the counts to say the same',
    async () => /Switched, not claimed\n1\nClaimed\n1\n/.test(await card.innerText()),
    60,
  );
  await picture('6_return_list');
  await page.goto(host.url('dark'));
  await row(server.people[1]!).waitFor(POLL);
  await picture('6_return_list_dark');
  await page.goto(host.url());
  await row(server.people[1]!).waitFor(POLL);
});

test('who has a second factor is asked for it, on the real server too', async () => {
  const url = server.mattermost().url;
  const person = server.people[2]!;
  await server.patchConfig({ServiceSettings: {EnableMultifactorAuthentication: true}});
  const first = await openPhone();
  await first.goto(`${url}/plugins/disaster-recovery/claim`);
  await enterCode(first, await letIn(person));
  await first.getByText('If you have set up a second factor on this server, have it ready.').waitFor();
  await enterPassword(first, WITH_FACTOR);
  await first.getByRole('heading', {name: 'You are in.'}).waitFor();
  await first.context().close();

  const secret = await setUpFactor(person);
  const again = await openPhone();
  await again.goto(`${url}/plugins/disaster-recovery/claim`);
  await enterCode(again, await letIn(person));
  await enterPassword(again, `${WITH_FACTOR}-again`);
  await again.getByLabel('Six digits').waitFor();
  await picture('claim_6_factor', again);
  await again.getByLabel('Six digits').fill('000000');
  await again.keyboard.press('Enter');
  await again.getByText('This second factor is wrong or too old.').waitFor();
  const digits = oneTimeCode(secret, 0);
  await again.getByLabel('Six digits').fill(`${digits.slice(0, 3)} ${digits.slice(3)}`);
  await again.keyboard.press('Enter');
  await again.getByRole('heading', {name: 'You are in.'}).waitFor();
  expect(await signedInAs(again)).toBe(person.userId);
  await again.context().close();
  await browser.page.getByRole('button', {name: 'Done, forget the code'}).click();
  await server.patchConfig({ServiceSettings: {EnableMultifactorAuthentication: false}});
});

/** By the person, as the web client does. Mattermost takes each code once, and those of half a minute before and after; so the one before is used here. */
async function setUpFactor({userId, username}: SsoPerson): Promise<string> {
  const url = server.mattermost().url;
  const session = openSession(url);
  session.carry((await signInWithPassword(url, username, WITH_FACTOR)).token);
  const {secret} = JSON.parse(
    (await session.send('POST', `/api/v4/users/${userId}/mfa/generate`)).body.toString('utf8'),
  ) as {secret: string};
  secrets.push(secret);
  await session.send('PUT', `/api/v4/users/${userId}/mfa`, {activate: true, code: oneTimeCode(secret, -1)});
  return secret;
}

/** RFC 6238 with its defaults: SHA-1, six digits, 30 s. */
function oneTimeCode(base32: string, steps: number): string {
  const bits = [...base32.replaceAll('=', '')]
    .map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest();
  return String((hash.readUInt32BE(hash.at(-1)! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('while the provider is away the gates of the way back are shut, and shown', async () => {
  const {page} = browser;
  await card.getByRole('button', {name: 'Switch back…'}).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('not ready').first().waitFor();
  expect(await dialog.getByRole('button', {name: 'Switch back', exact: true}).isDisabled()).toBe(true);
  await picture('7_gates_shut', page);
  await page.keyboard.press('Escape');
});

test('the provider is back: one goes first, signs in for real, and everyone is back', async () => {
  const {page} = browser;
  await server.identityProvider.start();
  await card
    .getByText(/The providers answer again/)
    .first()
    .waitFor(POLL);
  await picture('8_up_again');
  await card.getByRole('button', {name: 'Switch back…'}).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText(/goes first and signs in through the provider/).waitFor();
  await picture('9_gates_open', page);
  const words = await dialog.innerText();
  const canary = server.people.find(({username}) => words.includes(`@${username} goes first`))!;
  await dialog.getByRole('button', {name: 'Switch back', exact: true}).click();
  await waitFor(
    'the canary to be switched back',
    async () => (await server.row(canary.username)).authservice === 'gitlab',
    60,
  );
  await card.getByText(`Waiting for @${canary.username} to sign in`).first().waitFor(POLL);
  expect(await card.getByRole('button', {name: 'Close the incident…'}).isDisabled()).toBe(true);
  await picture('10_running');
  await signInThroughProvider(server.mattermost().url, canary.username, canary.password);
  await page
    .getByText(/3 people are back\./)
    .first()
    .waitFor(POLL);
  await card.getByText('Everyone is back.').first().waitFor(POLL);
  // Settings go back with the last person, extended sessions when the incident is closed.
  await card.getByText(/settings? (is|are) changed for the incident/).waitFor({state: 'detached', ...POLL});
  await waitFor('the counts to say the same', async () => /Returned\n3\n/.test(await card.innerText()), 60);
  expect(await card.innerText()).toMatch(
    /What is below is put back when the incident is closed\.\n+15 sessions are longer than before\./,
  );
  await picture('11_back');
  for (const {username, id} of server.people) {
    expect(await server.row(username)).toMatchObject({
      authservice: 'gitlab',
      authdata: String(id),
      has_password: false,
    });
  }
});

test('closed by the button: settings and sessions are as they were', async () => {
  const {page} = browser;
  await card.getByRole('button', {name: 'Close the incident…'}).click();
  await page.getByRole('alertdialog').getByRole('button', {name: 'Close the incident'}).click();
  await card.getByText('No outage. GitLab answers.').first().waitFor(POLL);
  expect(await server.settingsHash()).toBe(before);
  const [session] = await server.sessionsOf(server.extras[1]!.userId);
  expect(session!.expiresat).toBeLessThan(Date.now() + 6 * 3_600_000);
  expect(browser.problems).toEqual([]);
});

test('no code, password, factor or token was in an address, nor is it in the log of Mattermost or of the companion', async () => {
  expect(secrets.length).toBeGreaterThan(12);
  const logs = await Promise.all(
    [server.mattermost().logFile, server.companion().logFile].map((file) => readFile(file, 'utf8')),
  );
  expect(logs.every((log) => log.length > 1000)).toBe(true);
  const places = [...asked, browser.page.url(), ...logs].join('\n');
  expect(places).toContain('/plugins/disaster-recovery/claim/code');
  expect(secrets.filter((secret) => secret !== '' && places.includes(secret))).toEqual([]);
});
