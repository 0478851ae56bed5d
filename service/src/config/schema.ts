import {z} from 'zod';

const absolutePath = z.string().startsWith('/', 'must be an absolute path');

/**
 * The companion's settings. One schema feeds the loader, `drctl config check`, the environment names and docs/config.md.
 * Each leaf can also be set by the environment variable DRCTL_ + its path in capitals, e.g. DRCTL_DATABASE_URL.
 */
export const Config = z.object({
  mattermost: z.object({
    config: z.string().describe('Path of Mattermost\'s config.json; its directory, SAML certificates included, is the part `config`. Or the database URL that MM_CONFIG names. A URL is secret.'),
    url: z.url().optional().describe('Address of the Mattermost server as seen from here. Left out: the site URL told at enrolment.'),
  }).strict(),
  database: z.object({
    url: z.string().min(1).describe('PostgreSQL connection URL or keyword string of Mattermost\'s database. Secret.'),
    jobs: z.number().int().min(1).max(32).default(2).describe('Parallel workers of pg_dump and pg_restore.'),
  }).strict(),
  files: z.object({
    driver: z.enum(['local', 'amazons3', 'azureblob']).default('local').describe('Mattermost\'s FileSettings.DriverName.'),
    directory: absolutePath.optional().describe('Directory of the local file store. Needed when driver is `local`.'),
  }).strict(),
  repository: z.object({
    url: z.string().min(1).describe('Where the sets go: a path, or any location that restic understands (s3:…, sftp:…, rest:…).'),
    password_file: absolutePath.describe('File (mode 0600) with the key of the repository.'),
    environment: z.record(z.string(), z.string()).default({}).describe('Credentials for the repository, e.g. AWS_ACCESS_KEY_ID. Secret.'),
  }).strict(),
  state_directory: absolutePath.describe('Jobs, ledger and enrolment. Never on the Mattermost database that is protected.'),
  staging_directory: absolutePath.optional().describe('Where the dump waits for its upload; needs about the size of the database without indexes. Default: `work` in the state directory.'),
  serve: z.object({
    listen: z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be HOST:PORT').default('127.0.0.1:8066').describe('Address of the companion. Anything but loopback needs a certificate.'),
    tls_certificate: absolutePath.optional().describe('PEM file with the certificate (chain).'),
    tls_key: absolutePath.optional().describe('PEM file with the private key.'),
  }).strict().prefault({}),
  objectives: z.object({
    rpo_hours: z.number().positive().default(24).describe('Recovery point objective: a newest set older than this is an alarm.'),
  }).strict().prefault({}),
  tools: z.object({
    restic: z.string().optional().describe('The restic program (0.18.1 is shipped beside drctl).'),
    postgres_directory: absolutePath.optional().describe('Directory of pg_dump and pg_restore. Default: the newest below /usr/lib/postgresql, then PATH.'),
  }).strict().prefault({}),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('How much the companion logs on stderr.'),
}).strict().superRefine((config, context) => {
  if (config.files.driver === 'local' && config.files.directory === undefined) {
    context.addIssue({code: 'custom', path: ['files', 'directory'], message: 'is needed when files.driver is `local`'});
  }
});
export type Config = z.infer<typeof Config>;

