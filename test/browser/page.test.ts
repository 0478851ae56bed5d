import {existsSync} from 'node:fs';
import {beforeAll, expect, test} from '@jest/globals';
import type {Page} from 'playwright-core';
import {FAINT_WORDS} from './faint_words.ts';
import {cannedJob, cannedVerdict, cannedWorld, doneJob, type World} from './host_page/canned_answers.ts';
import {cannedSets} from './host_page/canned_sets.ts';
import {pressEnter, untilFocused} from './keyboard.ts';
import {showWorld} from './states.ts';
import {openStage} from './stage.ts';

// How the page behaves in a real browser, in the layout of the System Console. What it is told is canned here.
const stage = openStage();
let page: Page;

beforeAll(() => {
  ({page} = stage);
});

async function show(world: World, theme: 'light' | 'dark' = 'light'): Promise<void> {
  const host = await stage.serve(showWorld(world));
  await page.goto(host.url(theme));
}

const others = ([17, 19] as const).filter((version) =>
  existsSync(new URL(`react_${version}/node_modules/react`, import.meta.url)),
);

(others.length > 0 ? test.each(others) : test.skip.each([0] as never[]))(
  'web clients with React %d show the page too',
  async (react) => {
    const host = await stage.serve(showWorld(cannedWorld(cannedSets(), cannedJob()), react));
    await page.goto(host.url());
    await page.getByRole('progressbar').waitFor();
    expect(await page.evaluate('React.version.split(".")[0]')).toBe(String(react));
    await page
      .getByRole('button', {name: /^Details of the set of/})
      .first()
      .click();
    await page.getByRole('button', {name: 'Revoke…'}).click();
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({state: 'detached'});
    expect(stage.problems).toEqual([]);
  },
  60_000,
);

/** Presses of Enter and clicks must never save the System Console's own form. */
async function submits(): Promise<string | null> {
  return page.locator('.host-main').getAttribute('data-submits');
}

test('from not enrolled to a set, by keyboard alone', async () => {
  const world = cannedWorld([]);
  Object.assign(world.connection, {enrolled: false, companion_url: ''});
  await show(world);
  await pressEnter(page.getByRole('button', {name: 'Connect the companion'}));
  await page.keyboard.type('http://127.0.0.1:8066');
  await page.keyboard.press('Tab');
  await page.keyboard.type('7K2M-9QXD-4ABC-W0ZT-7K2M-9QXD-4ABC');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing is backed up yet.').waitFor();
  await pressEnter(page.getByRole('button', {name: 'Back up now'}));
  await page.getByRole('progressbar').waitFor();
  expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('45');
  world.advance = () => {
    world.sets.unshift(...cannedSets());
    world.status.last_set = world.sets[0] ?? null;
    world.status.verdict = cannedVerdict(world.status.last_set, Date.now());
    world.advance = (job) => job;
    return {...doneJob(), id: world.jobs[0]?.id ?? ''};
  };
  await page.getByRole('heading', {name: 'Backup done'}).waitFor();
  await page.getByText(/You can recover\./).waitFor();
  expect(await submits()).toBe('0');
  expect(stage.problems).toEqual([]);
}, 60_000);

test('an event of the server moves the bar before the next question', async () => {
  const world = cannedWorld(cannedSets());
  await show(world);
  await page.getByText(/You can recover\./).waitFor();
  const job = cannedJob({id: 'job-from-the-shell'});
  // An answer that was under way may come after the event; it must not deny the job.
  Object.assign(world, cannedWorld(cannedSets(), job));
  await page.evaluate(
    `window.hostPage.emit('custom_disaster-recovery_job', {job: ${JSON.stringify(JSON.stringify(job))}})`,
  );
  // Without the event the page would ask again after thirty seconds.
  await page.getByRole('progressbar').waitFor({timeout: 15_000});
}, 60_000);

test('a dialog keeps the focus, Escape answers no, and the focus returns', async () => {
  await show(cannedWorld());
  const revoke = page.getByRole('button', {name: 'Revoke…'});
  await pressEnter(revoke);
  await untilFocused(page, 'Go back');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await untilFocused(page, 'Go back');
  await page.keyboard.press('Escape');
  await untilFocused(page, 'Revoke…');
  expect(await submits()).toBe('0');
}, 60_000);

test.each(['light', 'dark'] as const)(
  'nothing is cut off at 800 pixels (%s)',
  async (theme) => {
    await page.setViewportSize({width: 800, height: 900});
    await show(cannedWorld(cannedSets(), cannedJob()), theme);
    await page
      .getByRole('button', {name: /^Details of the set of/})
      .first()
      .click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(800);
    expect(stage.problems).toEqual([]);
    await page.setViewportSize({width: 1280, height: 900});
  },
  60_000,
);

test.each(['light', 'dark'] as const)(
  'words stand out from what is behind them (%s)',
  async (theme) => {
    await show(cannedWorld(cannedSets()), theme);
    await page.getByText(/You can recover\./).waitFor();
    expect(await page.evaluate(FAINT_WORDS)).toEqual([]);
  },
  60_000,
);
