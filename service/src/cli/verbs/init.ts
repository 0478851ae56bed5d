import {access, mkdir, readFile} from 'node:fs/promises';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import {cancel as cancelPrompt, isCancel, text} from '@clack/prompts';
import {stringify} from 'yaml';
import {addressOf, composeRepository} from '../../compose/core.ts';
import {readConfigInDatabase} from '../../compose/data.ts';
import {configFile, loadConfig} from '../../config/load.ts';
import {requireLocation} from '../../config/repository_location.ts';
import {withoutPassword} from '../../config/show.ts';
import {
  isDatabaseUrl,
  mattermostFacts,
  readMattermostConfig,
  requireDatabaseUrl,
  type MattermostFacts,
} from '../../config/mattermost_config.ts';
import {writeFileAtomic} from '../../kernel/atomic_file.ts';
import {Failure} from '../../kernel/failure.ts';
import {newPaperKey} from '../../kernel/ids.ts';
import {withCompanion} from '../companion.ts';
import {failedCheck} from '../failed_check.ts';
import type {RunOf} from '../verb.ts';
import {recoverySheet} from '../recovery_sheet.ts';
import {renderDoctor} from '../render_status.ts';

type Answers = {
  config: string;
  mattermostConfig: string;
  repository: string;
  state: string;
  database: string | undefined;
  files: string | undefined;
  passwordFile: string | undefined;
  listen: string | undefined;
};

/** From nothing to a companion that can back up. */
export const init: RunOf<'init'> = async ({options, output}) => {
  const answers = await gather(options);
  if (options['force'] !== true && (await exists(answers.config))) {
    throw new Failure('USAGE_INVALID', `${answers.config} exists already; --force writes over it.`);
  }
  const facts = await factsOf(answers);
  // What the configuration would refuse is refused before anything is written.
  requireLocation(answers.repository);
  const passwordFile = await keyFile(answers);
  await writeCompanionConfig(answers, facts, {passwordFile, companionId: null});
  const settings = await loadConfig(answers.config);
  const repository = composeRepository(addressOf(settings, settings.repositories[0]));
  const made = await repository.create();
  const key = (await readFile(passwordFile, 'utf8')).trim();
  const {report, companionId} = await withCompanion({config: answers.config}, async ({doctor, enrollment}) => ({
    report: await doctor.report(),
    companionId: enrollment.companionId,
  }));
  await writeCompanionConfig(answers, facts, {passwordFile, companionId});
  // What was set up stays; but a companion that cannot back up is not what was asked for.
  const failure = failedCheck(report);
  const next = failure
    ? `Set up, but a backup would not work yet. Correct what failed above, then run: drctl --config ${answers.config} doctor`
    : `Next: drctl --config ${answers.config} backup`;
  output.say(
    `${recoverySheet({repository: answers.repository, key, passwordFile})}\n\n${renderDoctor(report)}\n\nConfiguration: ${answers.config}\n${next}`,
  );
  return {
    value: {
      config: answers.config,
      repository: {location: repository.location, outcome: made},
      password_file: passwordFile,
      doctor: report,
    },
    ...(failure && {failure}),
  };
};

/** A relative file directory of a configuration in a database is taken from where Mattermost's packages install it. */
const DEFAULT_HOME = '/opt/mattermost';

async function factsOf({mattermostConfig}: Answers): Promise<MattermostFacts> {
  if (!isDatabaseUrl(mattermostConfig)) {
    return readMattermostConfig(mattermostConfig);
  }
  const facts = mattermostFacts(
    await readConfigInDatabase(mattermostConfig),
    withoutPassword(mattermostConfig),
    DEFAULT_HOME,
  );
  // Mattermost does not store in the database where the database is.
  return {...facts, databaseUrl: facts.databaseUrl || mattermostConfig};
}

/** Options first; on a terminal the rest is asked for. @throws Failure USAGE_INVALID */
async function gather(options: Record<string, unknown>): Promise<Answers> {
  const given = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
  const config = resolve(configFile(given('config')));
  const mattermostConfig =
    given('mattermostConfig') ??
    (await ask("Mattermost's config.json", '--mattermost-config', '/opt/mattermost/config/config.json'));
  const state = given('state') ?? (await ask('Directory for state and key', '--state', '/var/lib/drctl'));
  const repository =
    given('repository') ??
    (await ask(
      'Where should the sets go? (a directory, s3:…, sftp:…, rest:…)',
      '--repository',
      '/var/backups/mattermost',
    ));
  return {
    config,
    mattermostConfig: isDatabaseUrl(mattermostConfig) ? mattermostConfig : resolve(mattermostConfig),
    state: resolve(state),
    repository: isRemote(repository) || isAbsolute(repository) ? repository : resolve(repository),
    database: given('database'),
    files: given('files'),
    passwordFile: given('passwordFile'),
    listen: given('listen'),
  };
}

const isRemote = (location: string): boolean => /^[a-z0-9]+:/i.test(location);

async function ask(message: string, option: string, initialValue: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Failure('USAGE_INVALID', `${option} is needed.`);
  }
  const answer = await text({message, initialValue});
  if (isCancel(answer)) {
    cancelPrompt('Nothing was written.');
    throw new Failure('USAGE_INVALID', 'Setup canceled.');
  }
  return answer;
}

async function keyFile({passwordFile, state}: Answers): Promise<string> {
  if (passwordFile !== undefined) {
    return resolve(passwordFile);
  }
  await mkdir(state, {recursive: true, mode: 0o700});
  const path = join(state, 'repository.key');
  // A key that exists opens sets that exist: never replaced.
  if (!(await exists(path))) {
    await writeFileAtomic(path, `${newPaperKey()}\n`);
  }
  return path;
}

/** The id is known only when there is a state, and a state only when there is a configuration: this is written twice. */
async function writeCompanionConfig(
  answers: Answers,
  facts: MattermostFacts,
  {passwordFile, companionId}: {passwordFile: string; companionId: string | null},
): Promise<void> {
  const url = requireDatabaseUrl(facts, answers.mattermostConfig, answers.database);
  const settings = {
    mattermost: {config: answers.mattermostConfig, url: facts.url},
    database: {url},
    files:
      facts.filesDriver === 'local' || answers.files
        ? {driver: 'local', directory: answers.files ? resolve(answers.files) : facts.filesDirectory}
        : {driver: facts.filesDriver},
    repository: {url: answers.repository, password_file: passwordFile},
    state_directory: answers.state,
    ...(companionId !== null && {companion_id: companionId}),
    ...(answers.listen && {serve: {listen: answers.listen}}),
  };
  await mkdir(dirname(answers.config), {recursive: true});
  await writeFileAtomic(
    answers.config,
    `# Settings of the companion; docs/config.md describes them all. Holds a password: keep mode 0600.\n${stringify(settings)}`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
