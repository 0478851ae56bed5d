/** Takes pictures of every state of the page: `node test/browser/look.ts DIRECTORY`. */
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {openBrowser, startHostPage} from './index.ts';
import {cannedEntries, cannedSso, setIncident, UP, type SsoWorld} from './host_page/canned_sso.ts';
import {claimReply, refusedFactor, startClaimHost} from './host_page/claim_host.ts';
import {
  cannedApi,
  cannedJob,
  cannedSet,
  cannedSets,
  cannedVerdict,
  cannedWorld,
  doneJob,
  failedJob,
  type World,
} from './host_page/canned_answers.ts';

type View = {
  name: string;
  world: World;
  act?: (page: Page) => Promise<void>;
  dark?: boolean;
  width?: number;
  only?: string;
};

function changed(world: World, change: (world: World) => void): World {
  change(world);
  return world;
}

const notEnrolled = () =>
  changed(cannedWorld([]), (world) => {
    Object.assign(world.connection, {enrolled: false, companion_url: ''});
  });
const down = () =>
  changed(cannedWorld(), (world) => {
    Object.assign(world.connection, {
      reachable: false,
      unreachable_since: Date.now() - 47 * 60_000,
      last_error: 'dial tcp 127.0.0.1:8066: connect: connection refused',
    });
  });
const running = () => cannedWorld(cannedSets(), cannedJob());
const done = () =>
  changed(running(), (world) => {
    world.advance = () => {
      world.sets.unshift(cannedSet(60_000));
      world.status.last_set = world.sets[0] ?? null;
      world.status.verdict = cannedVerdict(world.status.last_set, Date.now());
      world.status.sets = world.sets.length;
      world.advance = (job) => job;
      return doneJob();
    };
  });
const failed = () =>
  changed(running(), (world) => {
    world.advance = () => {
      world.status.last_failed = failedJob();
      return failedJob();
    };
  });
const sso = (change: (world: SsoWorld) => void = () => undefined) =>
  changed(cannedWorld(), (world) => {
    world.sso = cannedSso();
    change(world.sso);
  });
const suspected = () => sso((world) => setIncident(world, 'suspected'));
const open = () => sso((world) => setIncident(world, 'open', undefined, cannedEntries()));
const upAgain = () => sso((world) => setIncident(world, 'open', UP(), cannedEntries()));
const letIn = async (page: Page) => {
  await page.getByRole('button', {name: 'Let someone in…'}).click();
  await page.getByRole('textbox', {name: 'Person'}).fill('user.five');
  await page.getByLabel('How do you know it is them?').fill('seen on video');
  await page.getByRole('button', {name: 'Make a code'}).click();
  await page.getByText('Code for @user.five').waitFor();
};
const click = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole('button', {name}).first().click();
};

const VIEWS: View[] = [
  {name: 'not_enrolled', world: notEnrolled()},
  {
    name: 'not_enrolled_problems',
    world: notEnrolled(),
    act: async (page) => {
      await page.getByLabel('Address of the companion').fill('https://dr.example.org:8470');
      await page.getByRole('button', {name: 'Enrol', exact: true}).click();
    },
  },
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
  {
    name: 'options',
    world: cannedWorld(),
    act: async (page) => {
      await click('Options…')(page);
      await page.getByLabel('Files', {exact: true}).click();
    },
  },
  {name: 'sso_quiet', world: sso(), act: async (page) => page.getByText('Readiness 86 of 100.').click()},
  {name: 'sso_suspected', world: suspected()},
  {name: 'sso_suspected_dark', world: suspected(), dark: true},
  {name: 'sso_declare', world: suspected(), act: click('Declare an outage…')},
  {name: 'sso_outage', world: open(), act: async (page) => page.getByText('@user.two').waitFor()},
  {name: 'sso_outage_dark', world: open(), dark: true, act: letIn},
  {name: 'sso_outage_phone', world: open(), width: 390, act: letIn, only: '#disaster-recovery-sso'},
  {name: 'sso_code', world: open(), act: letIn},
  {
    name: 'sso_outage_card',
    world: open(),
    act: async (page) => page.getByText('@user.two').waitFor(),
    width: 1180,
    only: '#disaster-recovery-sso',
  },
  {
    name: 'sso_switch_back',
    world: upAgain(),
    act: async (page) => {
      await click('Switch back…')(page);
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {name: 'revoke', world: cannedWorld(), act: click('Revoke…')},
];

const REACTS = [17, 18, 19] as const;
const react = REACTS.find((version) => String(version) === process.env['REACT']) ?? 18;
const directory = process.argv[2] ?? 'pictures';
const only = process.argv[3];
await mkdir(directory, {recursive: true});
const browser = await openBrowser();
for (const {name, world, act, dark = false, width = 1280, only: part} of VIEWS.filter(
  (view) => !only || view.name.includes(only),
)) {
  const host = await startHostPage({react, fixtures: cannedApi(world)});
  await browser.page.setViewportSize({width, height: 900});
  await browser.page.goto(host.url(dark ? 'dark' : 'light'));
  await browser.page.locator('.dr-card').first().waitFor();
  await act?.(browser.page);
  await browser.page.waitForTimeout(300);
  const path = join(directory, `${name}.png`);
  await (part
    ? browser.page.locator(part).screenshot({path})
    : browser.page.screenshot({path, fullPage: !['revoke', 'sso_switch_back'].includes(name)}));
  await host.close();
}

type ClaimView = {name: string; dark?: boolean; width?: number; act?: (page: Page) => Promise<void>};
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
    name: 'claim_done',
    act: async (page) => {
      await enterPassword(page);
      await page.getByLabel('Six digits').fill('123456');
      await page.getByRole('button', {name: 'Sign in'}).click();
      await page.getByText('You are in.').first().waitFor();
    },
  },
];
for (const {name, dark = false, width = 640, act} of CLAIM_VIEWS.filter((view) => !only || view.name.includes(only))) {
  const host = await startClaimHost({
    code: (code) =>
      code === '7K2M9QXD4ABC'
        ? claimReply()
        : {status: 401, body: {error: {code: 'CLAIM_CODE_WRONG', message: 'x', remedy: 'y'}}},
    login: ({token}) => (token ? {status: 200, body: {}} : refusedFactor()),
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
