import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openConfigFile, type ConfigFile} from '../config/config_file.ts';
import {revisionOf} from '../config/load.ts';
import {openState} from '../kernel/state.ts';
import {createLedger, LEDGER_TABLE, type Ledger} from '../ledger/index.ts';
import {createPolicy, type Policy} from '../policy/index.ts';

export const POLICY_TEXT = `# The companion of chat.example.org
mattermost:
  config: /opt/mattermost/config/config.json
database:
  url: postgres://mm:hunter2@db/mattermost # of the role mm
files:
  driver: amazons3
repository:
  url: /srv/repository
  password_file: /var/lib/drctl/repository.key
  environment:
    AWS_SECRET_ACCESS_KEY: hunter2
state_directory: /var/lib/drctl

# Each night.
schedules:
  - name: nightly # when nobody works
    cron: 0 2 * * *
    time_zone: Europe/Berlin
  # And the database more often.
  - name: hourly
    cron: "30 * * * *"
    scope: [database]
objectives:
  rpo_hours: 24 # agreed with the business
`;

export type TestPolicy = {policy: Policy; file: ConfigFile; path: string; ledger: Ledger};

/** For tests: the real policy over a real file. `environment`: of the companion. */
export function policyOf(text: string = POLICY_TEXT, environment: NodeJS.ProcessEnv = {}): TestPolicy {
  const path = join(mkdtempSync(join(tmpdir(), 'policy-')), 'drctl.yaml');
  writeFileSync(path, text, {mode: 0o600});
  const state = openState(mkdtempSync(join(tmpdir(), 'policy-state-')), [LEDGER_TABLE]);
  const ledger = createLedger(state, {now: () => Date.UTC(2026, 10, 24), sleep: async () => undefined});
  const file = openConfigFile(path, environment);
  const inEffect = () => ({revision: revisionOf(text), shown: file.written(text), needsRestart: []});
  return {policy: createPolicy({file, state, ledger, inEffect}), file, path, ledger};
}
