/** Takes pictures of every state of the page: `node test/browser/look.ts DIRECTORY`. */
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {openBrowser, startHostPage} from './index.ts';
import {cannedApi, cannedJob, cannedSet, cannedSets, cannedWorld, doneJob, failedJob, type World} from './host_page/canned_answers.ts';

type View = {name: string; world: World; act?: (page: Page) => Promise<void>; dark?: boolean; width?: number};

function changed(world: World, change: (world: World) => void): World {
  change(world);
  return world;
}

const notEnrolled = () => changed(cannedWorld([]), (world) => {
  Object.assign(world.connection, {enrolled: false, companion_url: ''});
});
const down = () => changed(cannedWorld(), (world) => {
  Object.assign(world.connection, {reachable: false, unreachable_since: Date.now() - 47 * 60_000, last_error: 'dial tcp 127.0.0.1:8066: connect: connection refused'});
});
const running = () => cannedWorld(cannedSets(), cannedJob());
const done = () => changed(running(), (world) => {
  world.advance = () => {
    world.sets.unshift(cannedSet(60_000));
    world.status.last_set = world.sets[0] ?? null;
    world.status.sets = world.sets.length;
    world.advance = (job) => job;
    return doneJob();
  };
});
const failed = () => changed(running(), (world) => {
  world.advance = () => {
    world.status.last_failed = failedJob();
    return failedJob();
  };
});
const click = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole('button', {name}).first().click();
};

const VIEWS: View[] = [
  {name: 'not_enrolled', world: notEnrolled()},
  {name: 'not_enrolled_problems', world: notEnrolled(), act: async (page) => {
    await page.getByLabel('Address of the companion').fill('https://dr.example.org:8470');
    await page.getByRole('button', {name: 'Enrol', exact: true}).click();
  }},
  {name: 'nothing_yet', world: cannedWorld([])},
  {name: 'good', world: cannedWorld()},
  {name: 'good_dark', world: cannedWorld(), dark: true},
  {name: 'running', world: running()},
  {name: 'running_dark', world: running(), dark: true},
  {name: 'running_800', world: running(), width: 800},
  {name: 'done', world: done(), act: async (page) => page.getByText('Backup done').waitFor()},
  {name: 'failed', world: failed(), act: async (page) => page.getByText('Code DISK_FULL').waitFor()},
  {name: 'failed_dark', world: failed(), dark: true, act: async (page) => page.getByText('Code DISK_FULL').waitFor()},
  {name: 'down', world: down()},
  {name: 'details', world: cannedWorld(), act: click(/Details of the set of 2|Details of the set of Yes/)},
  {name: 'details_800', world: cannedWorld(), width: 800, act: click(/Details of the set/)},
  {name: 'options', world: cannedWorld(), act: async (page) => {
    await click('Options…')(page);
    await page.getByLabel('Files', {exact: true}).click();
  }},
  {name: 'revoke', world: cannedWorld(), act: click('Revoke…')},
];

const REACTS = [17, 18, 19] as const;
const react = REACTS.find((version) => String(version) === process.env['REACT']) ?? 18;
const directory = process.argv[2] ?? 'pictures';
const only = process.argv[3];
await mkdir(directory, {recursive: true});
const browser = await openBrowser();
for (const {name, world, act, dark = false, width = 1280} of VIEWS.filter((view) => !only || view.name.includes(only))) {
  const host = await startHostPage({react, fixtures: cannedApi(world)});
  await browser.page.setViewportSize({width, height: 900});
  await browser.page.goto(host.url(dark ? 'dark' : 'light'));
  await browser.page.locator('.dr-card').first().waitFor();
  await act?.(browser.page);
  await browser.page.waitForTimeout(300);
  await browser.page.screenshot({path: join(directory, `${name}.png`), fullPage: name !== 'revoke'});
  await host.close();
}
await browser.close();
process.stdout.write(browser.problems.length > 0 ? `${browser.problems.join('\n')}\n` : 'No problems.\n');
