/** Pictures of the plugin's page of a running demo, for docs/images: `node demo/screenshots.ts`. */
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {openBrowser} from '../test/browser/index.ts';
import {readAccess, ROOT, shown} from './place.ts';
import type {Access} from './place.ts';

const IMAGES = join(ROOT, 'docs', 'images');
const PICTURES = {light: 'plugin-page.png', dark: 'plugin-page-dark.png'} as const;

async function signIn(page: Page, {page: url, username, password}: Access): Promise<void> {
  await page.goto(url);
  await page.getByLabel('User').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.waitForURL('**/admin_console/**');
}

async function picture(page: Page, theme: keyof typeof PICTURES): Promise<void> {
  const address = new URL(page.url());
  address.searchParams.set('theme', theme);
  await page.goto(address.href);
  await page.locator('.dr-card').first().waitFor();
  await page
    .getByRole('button', {name: /^Details of the set of/})
    .first()
    .waitFor();
  // The last numbers and fonts come in.
  await page.waitForTimeout(500);
  const path = join(IMAGES, PICTURES[theme]);
  await page.screenshot({path, fullPage: true});
  process.stdout.write(`${shown(path)}\n`);
}

const access = await readAccess().catch(() => {
  throw new Error('No demo runs. Start one with: make demo');
});
await mkdir(IMAGES, {recursive: true});
const browser = await openBrowser();
try {
  await signIn(browser.page, access);
  await picture(browser.page, 'light');
  await picture(browser.page, 'dark');
} finally {
  await browser.close();
}
if (browser.problems.length > 0) {
  process.stderr.write(`The page complained:\n${browser.problems.join('\n')}\n`);
  process.exitCode = 1;
}
