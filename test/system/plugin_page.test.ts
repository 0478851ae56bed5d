import {afterAll, beforeAll, expect, jest, test} from '@jest/globals';
import {openBrowser, startHostPage} from '../browser/index.ts';
import type {HostPage, OpenBrowser} from '../browser/index.ts';
import {startProtectedServer} from '../harness/protected_server.ts';
import type {ProtectedServer} from '../harness/protected_server.ts';
import {removeScratch} from '../harness/scratch.ts';

jest.setTimeout(300_000);

// The plugin's page as the real server serves it: its bundle, its session, its CSRF, its websocket, its companion.
let server: ProtectedServer;
let host: HostPage;
let browser: OpenBrowser;

beforeAll(async () => {
  server = await startProtectedServer({posts: 30, files: 6, secondPlugin: false});
  host = await startHostPage({target: server.mattermost().url});
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await host?.close();
  await server?.stop();
  removeScratch();
});

async function signIn(username: string, password: string): Promise<void> {
  const {page} = browser;
  await page.goto(host.url());
  expect(await page.evaluate(`window.hostPage.login(${JSON.stringify(username)}, ${JSON.stringify(password)})`)).toBe(
    200,
  );
  await page.reload();
}

test('a person who is no administrator learns that, and nothing else', async () => {
  const {username, password} = server.workspace.users[0]!;
  await signIn(username, password);
  await browser.page.getByText('Only system administrators').first().waitFor();
  expect(await browser.page.locator('body').innerText()).not.toContain(server.repository);
});

test('an administrator presses Back up now, watches it, and reads what it came to', async () => {
  const {page} = browser;
  await signIn(server.workspace.admin.username, server.workspace.admin.password);
  await page.getByText('Nothing is backed up yet').first().waitFor();
  await page.getByRole('button', {name: 'Back up now'}).first().click();
  await page.getByRole('progressbar').waitFor();
  await page.getByText('Backup done').waitFor({timeout: 120_000});
  const [newest] = (await server.drctl('list')).value.sets as {id: string}[];
  expect(await page.locator('body').innerText()).toContain(newest!.id);
  await page.getByText('You can recover').first().waitFor();
});

test('a wrong address or pin is refused at Save; a place where nobody answers is named with its cause, and not used', async () => {
  const {page} = browser;
  const save = async (url: string, pin: string) => {
    await page.getByLabel('Companion URL:').fill(url);
    await page.getByLabel('Companion TLS pin:').fill(pin);
    await page.locator('#saveSetting').click();
  };
  await save('banana', '');
  await page.getByText(/^Not saved:.*must look like https:\/\/host:8066.*Nothing was saved/).waitFor();
  await save('https://127.0.0.1:8066', 'banana');
  await page.getByText(/^Not saved:.*sha256\/BASE64.*Nothing was saved/).waitFor();
  await page.getByText('You can recover').first().waitFor();

  await save('http://127.0.0.1:1', '');
  await page.getByText('Saved.').waitFor();
  const banner = page.getByRole('region', {name: 'Disaster Recovery'}).first();
  await banner
    .getByText('The address http://127.0.0.1:1 in the settings below is not used.')
    .waitFor({timeout: 10_000});
  expect(await banner.innerText()).toMatch(/You can recover[\s\S]*nothing listens there/);
  await page.getByText('answers', {exact: true}).first().waitFor();

  await save('', '');
  await banner.getByText('is not used').waitFor({state: 'detached', timeout: 10_000});
});

test('with the companion gone the page says so, and that drctl works without it', async () => {
  await server.companion().stop();
  await browser.page.reload();
  await browser.page
    .getByText(/companion has not answered/i)
    .first()
    .waitFor();
  expect(await browser.page.locator('body').innerText()).toContain('drctl serve');
});
