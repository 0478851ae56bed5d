import {beforeAll, expect, test} from '@jest/globals';
import type {Page} from 'playwright-core';
import {cannedWorld, type World} from './host_page/canned_answers.ts';
import {cannedSets} from './host_page/canned_sets.ts';
import {cannedSso, setIncident} from './host_page/canned_sso.ts';
import {showWorld} from './states.ts';
import {openStage} from './stage.ts';

// Every page of the System Console saves the whole configuration that it loaded when the console was opened.
const stage = openStage();
let page: Page;

beforeAll(() => {
  ({page} = stage);
});

async function show(world: World): Promise<void> {
  const host = await stage.serve(showWorld(world));
  await page.goto(host.url());
}

async function saveNotices(): Promise<void> {
  await page.getByRole('button', {name: 'Notices'}).click();
  await page.getByLabel('Enable Admin Notices').uncheck();
  await page.getByRole('button', {name: 'Save'}).click();
  await page.getByText('Saved.').waitFor();
}

test('enrolled, then Save on another page: the address of the companion stays', async () => {
  const world = cannedWorld([]);
  Object.assign(world.connection, {enrolled: false, companion_url: ''});
  await show(world);
  await page.getByLabel('Address of the companion').fill('http://127.0.0.1:8467');
  await page.getByLabel('One-time code').fill('7K2M-9QXD-4ABC-W0ZT');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing is backed up yet.').waitFor();
  await saveNotices();
  expect(world.configuration).toMatchObject({
    AnnouncementSettings: {AdminNoticesEnabled: false},
    PluginSettings: {Plugins: {'disaster-recovery': {companionurl: 'http://127.0.0.1:8467'}}},
  });
}, 60_000);

test('a person was let in, then Save on another page: sign-in with a password stays on', async () => {
  const sso = cannedSso();
  setIncident(sso, 'open');
  const world = Object.assign(cannedWorld(cannedSets()), {sso});
  await show(world);
  await page.getByRole('button', {name: 'Let someone in…'}).click();
  await page.getByRole('combobox', {name: 'Person'}).fill('user.five');
  await page.getByLabel('How do you know it is them?').fill('seen on video');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Code for @user.five'}).waitFor();
  await saveNotices();
  expect(world.configuration.EmailSettings.EnableSignInWithEmail).toBe(true);
}, 60_000);

test('settings changed elsewhere while another page is open: its Save carries them', async () => {
  const world = cannedWorld();
  await show(world);
  await page.getByText(/You can recover\./).waitFor();
  await page.getByRole('button', {name: 'Notices'}).click();
  world.configuration.EmailSettings.EnableSignInWithEmail = true;
  const loaded = page.waitForResponse((response) => response.url().endsWith('/api/v4/config'));
  await page.evaluate(`window.hostPage.emit('config_changed', {config: {}})`);
  await loaded;
  await saveNotices();
  expect(world.configuration.EmailSettings.EnableSignInWithEmail).toBe(true);
}, 60_000);

test('after a lost connection nobody knows what was changed: the configuration is loaded anew', async () => {
  const world = cannedWorld();
  await show(world);
  await page.getByText(/You can recover\./).waitFor();
  world.configuration.EmailSettings.EnableSignInWithEmail = true;
  const loaded = page.waitForResponse((response) => response.url().endsWith('/api/v4/config'));
  await page.evaluate(`window.hostPage.emit('reconnect', {})`);
  await loaded;
  await saveNotices();
  expect(world.configuration.EmailSettings.EnableSignInWithEmail).toBe(true);
}, 60_000);
