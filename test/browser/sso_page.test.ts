import {readFile, stat} from 'node:fs/promises';
import {beforeAll, beforeEach, expect, test} from '@jest/globals';
import type {Page} from 'playwright-core';
import {cannedWorld, type World} from './host_page/canned_answers.ts';
import {cannedSets} from './host_page/canned_sets.ts';
import {cannedEntries, cannedSso, setIncident, UP, type SsoWorld} from './host_page/canned_sso.ts';
import {claimReply, refusedFactor, startClaimHost, type ClaimHost} from './host_page/claim_host.ts';
import {FAINT_WORDS} from './faint_words.ts';
import {confirmByKeyboard, pressEnter, untilFocused} from './keyboard.ts';
import {showWorld} from './states.ts';
import {openStage} from './stage.ts';

// Single sign-on on the page of the System Console, and the claim page as the plugin serves it. What they are told is canned here.
const stage = openStage();
let page: Page;

beforeAll(() => {
  ({page} = stage);
});
beforeEach(async () => {
  await page.setViewportSize({width: 1280, height: 900});
  await page.emulateMedia({colorScheme: 'light'});
});

async function show(
  change: (sso: SsoWorld) => void = () => undefined,
  theme: 'light' | 'dark' = 'light',
): Promise<World & {sso: SsoWorld}> {
  const sso = cannedSso();
  change(sso);
  const world = Object.assign(cannedWorld(cannedSets()), {sso});
  const started = await stage.serve(showWorld(world));
  await page.goto(started.url(theme));
  await page.getByRole('heading', {name: 'Single sign-on'}).waitFor();
  return world;
}

test('a companion that does not know of it: the page is as it was', async () => {
  const started = await stage.serve(showWorld(cannedWorld()));
  const asked = page.waitForResponse((response) => response.url().endsWith('/api/v1/sso'));
  await page.goto(started.url());
  await page.getByRole('heading', {name: 'Sets', exact: true}).waitFor();
  await (await asked).finished();
  expect(await page.getByRole('heading', {name: 'Single sign-on'}).count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
}, 60_000);

test('an outage from suspicion to the end, by keyboard alone', async () => {
  const world = await show((sso) => setIncident(sso, 'suspected'));
  await pressEnter(page.getByRole('button', {name: 'Declare an outage…'}));
  await page.keyboard.type('GitLab is down');
  await page.keyboard.press('Enter');
  await page.getByText(/Outage declared/).waitFor();
  expect(world.sso.asked['sso/incidents']).toEqual({reason: 'GitLab is down', tell: true});
  await untilFocused(page, 'Single sign-on');

  await pressEnter(page.getByRole('button', {name: 'Let someone in…'}));
  await page.keyboard.type('user.five');
  await page.keyboard.press('Tab');
  await page.keyboard.type('seen on video');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Code for @user.five'}).waitFor();
  await untilFocused(page, 'Code for @user.five');
  expect(await page.getByRole('timer').textContent()).toMatch(/^Works once, for 1[45] min/);
  await page.getByRole('table', {name: 'Return list: one person'}).waitFor();
  await pressEnter(page.getByRole('button', {name: 'Done, forget the code'}));
  expect(await page.content()).not.toContain('9QXD');

  setIncident(world.sso, 'open', UP(), cannedEntries());
  await page.getByText('The providers answer again. 4 people have to be switched back.').waitFor({timeout: 20_000});
  await pressEnter(page.getByRole('button', {name: 'Switch back…'}));
  await confirmByKeyboard(page);
  await page.getByRole('heading', {name: 'Switch back in progress'}).waitFor();
  expect(world.sso.asked['sso/switch-backs']).toEqual({});

  // While it runs the incident cannot be closed.
  expect(await page.getByRole('button', {name: 'Close the incident…'}).isDisabled()).toBe(true);
  world.advance = (job) => ({...job, status: 'success', progress: null, finished_at: Date.now()});
  setIncident(world.sso, 'switching_back', UP());
  await page.getByText('Nobody has to be switched back.', {exact: true}).waitFor({timeout: 20_000});
  await pressEnter(page.getByRole('button', {name: 'Close the incident…'}));
  await confirmByKeyboard(page);
  await page.getByText('No outage. 3 providers answer.').waitFor();
  await untilFocused(page, 'Single sign-on');
  expect(await page.locator('.host-main').getAttribute('data-submits')).toBe('0');
  expect(stage.problems).toEqual([]);
}, 90_000);

test('a plan for the way back with a shut gate: Tab reaches the override, Escape leaves all as it is', async () => {
  const world = await show((sso) => {
    setIncident(sso, 'open', UP(), cannedEntries());
    sso.plan.gates[0] = {
      name: 'provider',
      passed: false,
      message: 'GitLab has answered for 1 minute; 5 are asked for.',
    };
  });
  await pressEnter(page.getByRole('button', {name: 'Switch back…'}));
  await page.getByRole('alertdialog').waitFor();
  await untilFocused(page, 'Go back');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.type')).toBe('checkbox');
  await page.keyboard.press('Escape');
  await untilFocused(page, 'Switch back…');
  expect(world.sso.asked['sso/switch-backs']).toBeUndefined();
}, 60_000);

test('a refusal is named, with its remedy', async () => {
  await show((sso) => {
    setIncident(sso, 'open', undefined, cannedEntries());
    sso.refuse['sso/session-extensions'] = 'MATTERMOST_UNREACHABLE';
  });
  await page.getByRole('button', {name: 'Extend sessions…'}).click();
  await page.getByRole('button', {name: 'Extend sessions', exact: true}).click();
  expect(await page.getByRole('alert').textContent()).toMatch(/MATTERMOST_UNREACHABLE was said.*What to do about it/);
}, 60_000);

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
] as const)(
  'in an outage nothing is cut off or faint (%s, %d pixels)',
  async (theme, width) => {
    await page.setViewportSize({width, height: 900});
    await show((sso) => setIncident(sso, 'open', undefined, cannedEntries()), theme);
    await page.getByText('@user.two').waitFor();
    await page.getByText('Readiness 86 of 100.').click();
    expect(await page.evaluate(FAINT_WORDS)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(stage.problems).toEqual([]);
  },
  60_000,
);

test('what everybody loads stays small: all of single sign-on is in the lazy part, and the claim page is tiny', async () => {
  const dist = new URL('../../webapp/dist/', import.meta.url);
  expect((await stat(new URL('main.js', dist))).size).toBeLessThan(6_000);
  expect(await readFile(new URL('main.js', dist), 'utf8')).not.toContain('disaster_recovery.sso');
  expect((await stat(new URL('claim/claim.js', dist))).size).toBeLessThan(20_000);
});

async function openClaim(
  answers: Parameters<typeof startClaimHost>[0] = {},
  viewport = {width: 320, height: 640},
): Promise<ClaimHost> {
  const started = await stage.serve(startClaimHost(answers));
  await page.setViewportSize(viewport);
  await page.goto(started.url);
  return started;
}

async function typeCodeAndPassword(): Promise<void> {
  await page.getByLabel('Code from your administrator').fill('7k2m 9qxd-4abc');
  await page.keyboard.press('Enter');
  await page.getByText('Hello').waitFor();
  // The focus is on the new password already.
  await page.keyboard.type('Sunflower-2026');
  await page.getByLabel('The same password again').fill('Sunflower-2026');
  await page.keyboard.press('Enter');
}

test('on a phone: code, password, second factor, in; below a subpath and the real content security policy', async () => {
  const claim = await openClaim({login: ({token}) => (token === '123456' ? {status: 200, body: {}} : refusedFactor())});
  await typeCodeAndPassword();
  const digits = page.getByLabel('Six digits');
  await digits.waitFor();
  expect([await digits.getAttribute('inputmode'), await digits.getAttribute('autocomplete')]).toEqual([
    'numeric',
    'one-time-code',
  ]);
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await page.getByText('This second factor is wrong or too old.').waitFor();
  await page.keyboard.type('123456');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'You are in.'}).waitFor();
  await page.waitForURL(/\/chat\/$/);
  expect(claim.asked.map(({method, path}) => `${method} ${path}`)).toEqual([
    'POST /chat/plugins/disaster-recovery/claim/code',
    'POST /chat/api/v4/users/password/reset',
    'POST /chat/api/v4/users/login',
    'POST /chat/api/v4/users/login',
    'POST /chat/api/v4/users/login',
    'GET /chat/',
  ]);
  expect(claim.asked[0]?.body).toEqual({code: '7K2M9QXD4ABC'});
  expect(
    claim.asked
      .slice(0, 5)
      .every(({headers}) => headers['x-requested-with'] === 'XMLHttpRequest' && headers.referer === undefined),
  ).toBe(true);
  expect(stage.problems).toEqual([]);
}, 60_000);

test.each(['light', 'dark'] as const)(
  'each step fits 320 pixels, is easy to touch and stands out (%s)',
  async (colorScheme) => {
    await page.emulateMedia({colorScheme});
    await openClaim({
      login: () => refusedFactor(),
      reset: ({new_password: word}) =>
        word.startsWith('Sunflower') ? {status: 200} : {status: 400, body: {id: 'x', message: 'No.'}},
    });
    const look = async () => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
      expect(
        await page.evaluate(
          `[...document.querySelectorAll('input, textarea, button')].map((it) => it.getBoundingClientRect().height).filter((height) => height > 0 && height < 44)`,
        ),
      ).toEqual([]);
      expect(
        await page.evaluate(
          FAINT_WORDS.replace('.dr-page *', 'main *')
            .replace('.dr-hidden', '.unseen')
            .replace('.dr-button-primary', '[hidden]'),
        ),
      ).toEqual([]);
    };
    await look();
    await page.keyboard.press('Enter');
    await page.getByText('Enter the code first.').waitFor();
    await look();
    await page.getByLabel('Code from your administrator').fill('abc');
    await page.keyboard.press('Enter');
    await page.getByText('Hello').waitFor();
    await look();
    await page.getByLabel('New password').fill('Sunflower-2026');
    await page.getByLabel('The same password again').fill('Sunflower-2026');
    await look();
    await page.keyboard.press('Enter');
    await page.getByLabel('Six digits').waitFor();
    await look();
    expect(stage.problems).toEqual([]);
  },
  60_000,
);

test('a hostile name stays text, and nothing is left behind in the browser', async () => {
  const username = '<img src=x onerror="document.title=`owned`">';
  await openClaim({
    code: () => claimReply({username}),
    reset: () => ({
      status: 400,
      body: {id: 'model.user.is_valid.pwd.app_error', message: 'Mattermost says: <b>too common</b>.'},
    }),
  });
  await typeCodeAndPassword();
  await page.getByText('Mattermost says: <b>too common</b>.').waitFor();
  expect(await page.locator('img, main p b b').count()).toBe(0);
  expect(await page.locator('#hello').textContent()).toBe(`@${username}`);
  const left = await page.evaluate(
    '[location.href, document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.documentElement.outerHTML].join(" ")',
  );
  expect(left).not.toMatch(/Sunflower|9QXD|aaaaaaaa/);
  expect(stage.problems).toEqual([]);
}, 60_000);

test('without JavaScript the page says so, and offers nothing to type into', async () => {
  const claim = await stage.serve(startClaimHost({}));
  const context = await page.context().browser()?.newContext({javaScriptEnabled: false});
  const plain = await context!.newPage();
  await plain.goto(claim.url);
  expect(await plain.getByText(/needs JavaScript/).isVisible()).toBe(true);
  expect(await plain.locator('input:visible').count()).toBe(0);
  await context!.close();
}, 60_000);
