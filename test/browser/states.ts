import type {Page} from 'playwright-core';
import {
  CANNED_PEOPLE,
  cannedApi,
  cannedJob,
  cannedVerdict,
  cannedWorld,
  doneJob,
  failedJob,
  type World,
} from './host_page/canned_answers.ts';
import {cannedSet, cannedSets} from './host_page/canned_sets.ts';
import {cannedEntries, cannedSso, setIncident, UP, waitingJob, type SsoWorld} from './host_page/canned_sso.ts';
import {startHostPage, type HostPage} from './host_page/host_page.ts';

/** A state of the page that is worth a look: what is true, and what is done to see it. */
export type State = {
  name: string;
  /** A fresh one each time: looking may change it. */
  world: () => World;
  act?: (page: Page) => Promise<void>;
  /** Covers the page, so only what is in sight is looked at. */
  isDialog?: true;
};

function changed(world: World, change: (world: World) => void): World {
  change(world);
  return world;
}

const notEnrolled = () =>
  changed(cannedWorld([]), (world) => {
    Object.assign(world.connection, {enrolled: false, companion_url: ''});
  });
const down = (change: Record<string, unknown> = {}) =>
  changed(cannedWorld(), (world) => {
    Object.assign(world.connection, {
      reachable: false,
      unreachable_since: Date.now() - 47 * 60_000,
      last_error:
        'The companion at http://127.0.0.1:8066 has not answered since 12:14: 127.0.0.1:8066 refused the connection.',
      ...change,
    });
  });
const noRepository = () =>
  changed(cannedWorld(), (world) => {
    world.status.repository = {
      location: '/backup/mattermost',
      outcome: 'failed',
      message:
        'REPOSITORY_NOT_FOUND: restic snapshots: Fatal: unable to open config file: stat /backup/mattermost/config: no such file',
    };
    world.status.last_set = null;
    world.status.verdict = {...cannedVerdict(null, Date.now()), kind: 'unknown'};
    world.status.sets = 0;
    world.setsError = 'REPOSITORY_NOT_FOUND';
    const message = 'The repository does not open.';
    world.status.next_actions = [{message, remedy: 'drctl doctor', shell: 'drctl doctor', chat: '/dr doctor'}];
  });
const running = () => cannedWorld(cannedSets(), cannedJob());
/** The companion's last number is of a step that is long over. */
const late = () => {
  const job = cannedJob();
  const at = job.steps.length - 2;
  return cannedWorld(
    cannedSets(),
    cannedJob({
      steps: job.steps.map((step, index) => ({
        ...step,
        outcome: index < at ? ('done' as const) : index === at ? ('running' as const) : ('waiting' as const),
        started_at: index <= at ? Date.now() - 40_000 : null,
        ms: index < at ? 9_000 : null,
      })),
    }),
  );
};
const ending = (end: () => ReturnType<typeof doneJob>, after: (world: World) => void = () => undefined) =>
  changed(running(), (world) => {
    world.advance = () => {
      world.advance = (job) => job;
      after(world);
      return end();
    };
  });
const done = () =>
  ending(doneJob, (world) => {
    world.sets.unshift(cannedSet(60_000, {id: doneJob().subject ?? ''}));
    world.status.last_set = world.sets[0] ?? null;
    world.status.verdict = cannedVerdict(world.status.last_set, Date.now());
    world.status.sets = world.sets.length;
  });
const failed = () => ending(failedJob, (world) => (world.status.last_failed = failedJob()));
const sso = (change: (world: SsoWorld) => void = () => undefined) =>
  changed(cannedWorld(), (world) => {
    world.sso = cannedSso();
    change(world.sso);
  });
const suspected = () => sso((world) => setIncident(world, 'suspected'));
const open = () => sso((world) => setIncident(world, 'open', undefined, cannedEntries()));
const upAgain = () => sso((world) => setIncident(world, 'open', UP(), cannedEntries()));
const drifted = () =>
  sso((world) => {
    setIncident(world, 'open', undefined, cannedEntries());
    world.status.drift = {
      of: 6,
      settings: [{key: 'EmailSettings.EnableSignInWithEmail', wanted: true, live: false}],
      by: 'second.admin',
      at: Date.now() - 300_000,
      message:
        '1 of 6 settings of the incident was changed by @second.admin at 19:10. People who were let in may not get in.',
    };
  });
const waiting = () =>
  changed(
    sso((world) => setIncident(world, 'switching_back', UP())),
    (world) => {
      world.status.running = waitingJob();
      world.jobs.unshift(waitingJob());
    },
  );

const click = (name: string | RegExp) => async (page: Page) => {
  await page.getByRole('button', {name}).first().click();
};
const letIn = async (page: Page) => {
  await page.getByRole('button', {name: 'Let someone in…'}).click();
  await page.getByRole('combobox', {name: 'Person'}).fill('user.five');
  await page.getByLabel('How do you know it is them?').fill('seen on video');
  await page.getByRole('button', {name: 'Make a code'}).click();
  await page.getByText('Code for @user.five').waitFor();
};

export const STATES: readonly State[] = [
  {name: 'not_enrolled', world: notEnrolled},
  {
    name: 'not_enrolled_problems',
    world: notEnrolled,
    act: async (page) => {
      await page.getByLabel('Address of the companion').fill('https://dr.example.org:8470');
      await page.getByRole('button', {name: 'Enroll', exact: true}).click();
    },
  },
  {name: 'nothing_yet', world: () => cannedWorld([])},
  {name: 'good', world: () => cannedWorld()},
  {name: 'running', world: running},
  {name: 'running_late', world: late},
  {name: 'done', world: done, act: async (page) => page.getByText('Backup done').waitFor()},
  {name: 'failed', world: failed, act: async (page) => page.getByText('Code DISK_FULL').waitFor()},
  {
    name: 'canceled',
    world: running,
    act: async (page) => {
      await click('Cancel')(page);
      await click('Stop it')(page);
      await page.getByText('The backup was canceled').waitFor();
    },
  },
  {
    name: 'refused',
    world: () => changed(cannedWorld(), (world) => (world.refuse['backups'] = 'DISK_FULL')),
    act: async (page) => {
      await click('Back up now')(page);
      await page.getByRole('alert').waitFor();
    },
  },
  {name: 'down', world: () => down()},
  {
    name: 'down_address',
    world: () =>
      down({
        companion_url: 'banana',
        unreachable_since: null,
        last_error: 'The companion URL must look like https://host:8066.',
      }),
  },
  {
    name: 'ignored_setting',
    world: () =>
      changed(cannedWorld(), ({connection}) => {
        connection['ignored_setting'] = {
          companion_url: 'http://127.0.0.1:8067',
          message: '127.0.0.1:8067 refused the connection: nothing listens there.',
          remedy: 'Start the companion with `drctl serve`, or mend the address in the settings of the plugin.',
        };
      }),
    act: async (page) => page.getByText('in the settings below is not used').waitFor(),
  },
  {name: 'no_repository', world: noRepository},
  {name: 'details', world: () => cannedWorld(), act: click(/Details of the set/)},
  {
    name: 'verifying',
    world: () => cannedWorld(),
    act: async (page) => {
      await click(/Details of the set/)(page);
      await click(/^Verify$/)(page);
      await page.getByRole('progressbar').waitFor();
    },
  },
  {
    name: 'options',
    world: () => cannedWorld(),
    act: async (page) => {
      await click('Options…')(page);
      await page.getByLabel('Files', {exact: true}).click();
    },
  },
  {name: 'sso_quiet', world: () => sso(), act: async (page) => page.getByText('Readiness 86 of 100.').click()},
  {name: 'sso_suspected', world: suspected},
  {name: 'sso_declare', world: suspected, act: click('Declare an outage…')},
  {
    name: 'sso_outage',
    world: open,
    act: async (page) => {
      await page.getByText('@user.two').waitFor();
      await click(/^Who is locked out/)(page);
    },
  },
  {
    name: 'sso_picker',
    world: open,
    act: async (page) => {
      await click('Let someone in…')(page);
      await page.getByRole('combobox', {name: 'Person'}).pressSequentially('user.fi');
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('ArrowDown');
    },
  },
  {name: 'sso_code', world: open, act: letIn},
  {
    name: 'sso_waiting',
    world: waiting,
    act: async (page) => page.getByText(/Waiting for @user.one to sign in through GitLab, 8 min/).waitFor(),
  },
  {
    name: 'sso_approval',
    world: () =>
      sso((world) => {
        setIncident(world, 'open', undefined, cannedEntries());
        const now = Date.now();
        world.status.approvals = [
          {
            id: 'ap-1',
            verb: 'switch',
            says: 'switch 12 of 1,902 people to email and password, 2 system administrators among them',
            asked_by: {kind: 'mattermost', id: 'u2', name: 'second.admin'},
            asked_at: now,
            expires_at: now + 9 * 60_000,
            approved_by: null,
          },
        ];
      }),
    act: async (page) => page.getByText(/@second.admin asks to switch 12 of 1,902 people/).waitFor(),
  },
  {name: 'sso_drift', world: drifted, act: async (page) => page.getByText('Set them again').waitFor()},
  {
    name: 'sso_switch_back',
    world: upAgain,
    isDialog: true,
    act: async (page) => {
      await click('Switch back…')(page);
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {name: 'revoke', world: () => cannedWorld(), isDialog: true, act: click('Revoke…')},
];

/** The System Console with the plugin's page, in front of a world. */
export function showWorld(world: World, react: 17 | 18 | 19 = 18): Promise<HostPage> {
  return startHostPage({react, fixtures: cannedApi(world), configuration: world.configuration, people: CANNED_PEOPLE});
}
