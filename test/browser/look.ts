/**
 * Takes pictures of every state of the page, at 1440, 1024 and 700 pixels, light and dark: `node test/browser/look.ts DIRECTORY [NAME]`.
 * `WIDTHS=1440` and `THEMES=light` take fewer.
 */
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {claimReply, refusedFactor, startClaimHost} from './host_page/claim_host.ts';
import {openBrowser} from './index.ts';
import {showWorld, STATES} from './states.ts';

const REACTS = [17, 18, 19] as const;
const react = REACTS.find((version) => String(version) === process.env['REACT']) ?? 18;
const widths = (process.env['WIDTHS'] ?? '1440,1024,700').split(',').map(Number);
const themes = (process.env['THEMES'] ?? 'light,dark').split(',') as ('light' | 'dark')[];
const directory = process.argv[2] ?? 'pictures';
const only = process.argv[3];
await mkdir(directory, {recursive: true});
const browser = await openBrowser();
for (const {name, world, act, isDialog} of STATES.filter((state) => !only || state.name.includes(only))) {
  for (const theme of themes) {
    for (const width of widths) {
      const host = await showWorld(world(), react);
      await browser.page.setViewportSize({width, height: 900});
      await browser.page.goto(host.url(theme));
      await browser.page.locator('.dr-card').first().waitFor();
      await act?.(browser.page);
      await browser.page.waitForTimeout(300);
      const path = join(directory, `${name}_${width}_${theme}.png`);
      await browser.page.screenshot({path, fullPage: !isDialog});
      await host.close();
    }
  }
}

/** As Mattermost answers to every password while it takes none. */
const REFUSED_LOGIN = {status: 401, body: {id: 'api.user.login.invalid_credentials_sso', message: 'x'}};
type ClaimView = {name: string; dark?: boolean; width?: number; isShut?: boolean; act?: (page: Page) => Promise<void>};
const enterCode = async (page: Page) => {
  await page.getByLabel('Code from your administrator').fill('7k2m 9qxd 4abc');
  await page.getByRole('button', {name: 'Go on'}).click();
  await page.getByText('Hello').waitFor();
  await page.getByLabel('New password').fill('Sunflower-2026');
};
const enterPassword = async (page: Page) => {
  await enterCode(page);
  await page.getByLabel('The same password again').fill('Sunflower-2026');
  await page.getByRole('button', {name: 'Set the password and sign in'}).click();
  await page.getByLabel('Six digits').waitFor();
};
const CLAIM_VIEWS: ClaimView[] = [
  {name: 'claim_code'},
  {
    name: 'claim_refused_phone',
    width: 320,
    act: async (page) => {
      await page.getByLabel('Code from your administrator').fill('wrong');
      await page.getByRole('button', {name: 'Go on'}).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {name: 'claim_password', width: 480, act: enterCode},
  {name: 'claim_password_dark', dark: true, act: enterCode},
  {name: 'claim_password_phone', width: 320, act: enterCode},
  {name: 'claim_factor', act: enterPassword},
  {
    name: 'claim_not_open_phone',
    width: 390,
    isShut: true,
    act: async (page) => {
      await enterCode(page);
      await page.getByLabel('The same password again').fill('Sunflower-2026');
      await page.getByRole('button', {name: 'Set the password and sign in'}).click();
      await page.getByText('does not take passwords at sign-in').first().waitFor();
    },
  },
  {
    name: 'claim_done',
    act: async (page) => {
      await enterPassword(page);
      await page.getByLabel('Six digits').fill('123456');
      await page.getByRole('button', {name: 'Sign in'}).click();
      await page.getByText('You are in.').first().waitFor();
    },
  },
];
for (const {name, dark = false, width = 640, isShut = false, act} of CLAIM_VIEWS.filter(
  (view) => !only || view.name.includes(only),
)) {
  const host = await startClaimHost({
    code: (code) =>
      code === '7K2M9QXD4ABC'
        ? claimReply({sign_in_open: !isShut})
        : {status: 401, body: {error: {code: 'CLAIM_CODE_WRONG', message: 'x', remedy: 'y'}}},
    login: ({token}) => (isShut ? REFUSED_LOGIN : token ? {status: 200, body: {}} : refusedFactor()),
  });
  await browser.page.setViewportSize({width, height: 640});
  await browser.page.emulateMedia({colorScheme: dark ? 'dark' : 'light'});
  await browser.page.goto(host.url);
  await act?.(browser.page);
  await browser.page.waitForTimeout(200);
  await browser.page.screenshot({path: join(directory, `${name}.png`), fullPage: true});
  await host.close();
}
await browser.close();
process.stdout.write(browser.problems.length > 0 ? `${browser.problems.join('\n')}\n` : 'No problems.\n');
