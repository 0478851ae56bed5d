import {z} from 'zod';
import {Keep} from './keep.ts';
import {Notify} from './notify.ts';
import {Copy, repositoriesOf, RepositoryInUse, repositoryProblems} from './repositories.ts';
import {Schedules} from './schedules.ts';

const absolutePath = z.string().startsWith('/', 'must be an absolute path');

/**
 * The companion's settings. One schema feeds the loader, `drctl config check`, the environment names and docs/config.md.
 * Each leaf can also be set by the environment variable DRCTL_ + its path in capitals, e.g. DRCTL_DATABASE_URL.
 */
export const Config = z
  .object({
    mattermost: z
      .object({
        config: z
          .string()
          .describe(
            "Path of Mattermost's config.json; its directory, SAML certificates included, is the part `config`. Or the database URL that MM_CONFIG names. A URL is secret.",
          ),
        url: z
          .url()
          .optional()
          .describe(
            'Address of the Mattermost server as seen from here. Left out: the site URL told at enrollment. Over http:// to another machine others can read what is sent: `drctl config check` and `drctl doctor` warn of it.',
          ),
      })
      .strict(),
    database: z
      .object({
        url: z
          .string()
          .min(1)
          .describe("PostgreSQL connection URL or keyword string of Mattermost's database. Secret."),
        jobs: z.number().int().min(1).max(32).default(2).describe('Parallel workers of pg_dump and pg_restore.'),
      })
      .strict(),
    files: z
      .object({
        driver: z
          .enum(['local', 'amazons3', 'azureblob'])
          .default('local')
          .describe("Mattermost's FileSettings.DriverName."),
        directory: absolutePath
          .optional()
          .describe('Directory of the local file store. Needed when driver is `local`.'),
        protected_by: z
          .string()
          .trim()
          .min(1)
          .max(200)
          .optional()
          .describe(
            'How files in object storage, which no set holds, are protected, in your words: `versioning, copied to eu-2 every hour`. Without it status counts them as missing.',
          ),
      })
      .strict(),
    repository: RepositoryInUse,
    copies: z.array(Copy).default([]),
    keep: Keep.optional(),
    state_directory: absolutePath.describe(
      'Jobs, ledger and enrollment; a directory, not a link, that only the user of the companion may write in. Never on the Mattermost database that is protected.',
    ),
    companion_id: z
      .string()
      .regex(/^[\w-]{16,64}$/)
      .optional()
      .describe(
        'Who this companion is; written by `drctl init`. With it, an empty state directory is an error (its file system is not mounted) and no second identity is made in it.',
      ),
    staging_directory: absolutePath
      .optional()
      .describe(
        'Where the dump waits for its upload; needs about the size of the database without indexes. Default: `work` in the state directory.',
      ),
    serve: z
      .object({
        listen: z
          .string()
          .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be HOST:PORT')
          .default('127.0.0.1:8066')
          .describe('Address of the companion. Anything but loopback needs a certificate.'),
        tls_certificate: absolutePath.optional().describe('PEM file with the certificate (chain).'),
        tls_key: absolutePath.optional().describe('PEM file with the private key.'),
      })
      .strict()
      .prefault({}),
    objectives: z
      .object({
        rpo_hours: z
          .number()
          .positive()
          .default(24)
          .describe('Recovery point objective: a newest set older than this is an alarm.'),
        rto_hours: z.number().positive().default(8).describe('Recovery time objective: how long an outage may last.'),
      })
      .strict()
      .prefault({}),
    restore: z
      .object({
        needs_second_administrator: z
          .boolean()
          .default(false)
          .describe(
            'Whether a restore in place, and its undo, typed on a shell of this machine wait for the approval of a second administrator: `/dr approve ID` while Mattermost runs, or `drctl approve ID` by another user. Otherwise the ledger says that one person did it alone. Asked for in any other way they always wait.',
          ),
      })
      .strict()
      .prefault({}),
    schedules: Schedules.default([]).describe('Backups that are made by themselves while `drctl serve` runs.'),
    notify: Notify.prefault({}),
    sso: z
      .object({
        deadline_days: z
          .number()
          .positive()
          .default(14)
          .describe(
            'How long after its declaration everyone is to be back on single sign-on; afterwards status and chat say so every day.',
          ),
        everyone_needs_second_administrator: z
          .boolean()
          .default(true)
          .describe(
            'Whether a switch of many people or of other administrators, asked for in Mattermost, waits for the approval of a second administrator.',
          ),
        never_switch: z
          .array(z.string())
          .default([])
          .describe('Usernames that are never switched: break-glass accounts.'),
        set_settings_again: z
          .boolean()
          .default(false)
          .describe(
            'Whether settings that an outage has set are set again by themselves when somebody writes over them, three times an hour at most. Otherwise the administrators are told.',
          ),
        announcements: z
          .string()
          .regex(/^(administrators|nobody|[a-z0-9]{26})$/, 'must be `administrators`, `nobody` or the id of a channel')
          .default('administrators')
          .describe(
            'Who hears that an outage is declared or closed, and that people are being or were switched: `administrators` by a direct message, `nobody`, or the channel with this id (its ⋮ menu, View Info).',
          ),
        tell_people: z.boolean().default(true).describe('Whether switched people get a direct message.'),
        changes_per_second: z.number().min(1).max(1000).default(150).describe('Accounts changed a second at most.'),
        second_look_seconds: z
          .number()
          .min(0)
          .max(3600)
          .default(60)
          .describe(
            'How long after a switch back each account is looked at again: a sign-in under way at that moment can undo it.',
          ),
        canary_minutes: z
          .number()
          .positive()
          .max(240)
          .default(10)
          .describe('How long a switch back waits for a real sign-in through the provider.'),
        snapshot_hours: z.number().positive().default(24).describe('Age at which a new identity snapshot is taken.'),
        probe: z
          .object({
            enabled: z
              .boolean()
              .default(true)
              .describe('Whether the companion watches the providers that Mattermost names.'),
            interval_seconds: z.number().min(0.2).max(3600).default(30).describe('Time between two rounds of probes.'),
            timeout_seconds: z.number().min(0.1).max(120).default(10).describe('After this a probe has failed.'),
            slow_seconds: z.number().min(0.05).max(120).default(5).describe('A longer answer counts as slow.'),
            rounds_down: z.number().int().min(1).max(100).default(4).describe('So many failed rounds in a row…'),
            minimum_down_seconds: z
              .number()
              .min(0)
              .max(86_400)
              .default(180)
              .describe('…over at least this time make an outage suspected.'),
            rounds_up: z.number().int().min(1).max(100).default(3).describe('So many good rounds in a row end it.'),
            vantage_points: z
              .number()
              .int()
              .min(1)
              .max(2)
              .default(2)
              .describe('How many of companion and plugin must see it.'),
            healthy_minutes: z
              .number()
              .min(0)
              .max(1440)
              .default(24)
              .describe('How long the provider must be up before people are switched back.'),
            flap_limit: z
              .number()
              .int()
              .min(1)
              .max(1000)
              .default(2)
              .describe('After more outages than this in 24 hours nothing is proposed until a person looks.'),
            controls: z
              .array(z.url())
              .default([])
              .describe(
                'Addresses that must answer for a failed probe to count: something outside that is always up. Without one, nothing tells a lost network from a lost provider.',
              ),
          })
          .strict()
          .prefault({}),
      })
      .strict()
      .prefault({}),
    tools: z
      .object({
        restic: z.string().optional().describe('The restic program (0.18.1 is shipped beside drctl).'),
        postgres_directory: absolutePath
          .optional()
          .describe('Directory of pg_dump and pg_restore. Default: the newest below /usr/lib/postgresql, then PATH.'),
      })
      .strict()
      .prefault({}),
    log_level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('How much the companion logs on stderr.'),
  })
  .strict()
  .superRefine((config, context) => {
    if (config.files.driver === 'local' && config.files.directory === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['files', 'directory'],
        message: 'is needed when files.driver is `local`',
      });
    }
    config.schedules.forEach(({copies = []}, index) => {
      const unknown = copies.find((name) => !config.copies.some((copy) => copy.name === name));
      if (unknown !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['schedules', index, 'copies'],
          message: `no copy is called ${unknown}`,
        });
      }
    });
    for (const problem of repositoryProblems(config)) {
      context.addIssue({code: 'custom', ...problem});
    }
  })
  .transform(({repository, copies, keep, ...rest}) => ({
    ...rest,
    repositories: repositoriesOf({repository, copies, keep}),
  }));
export type Config = z.infer<typeof Config>;
