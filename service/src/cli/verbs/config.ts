import {stringify} from 'yaml';
import {configFile, loadConfig} from '../../config/load.ts';
import {shownConfig} from '../../config/show.ts';
import {Failure} from '../../kernel/failure.ts';
import {exposedAddress} from '../../words/exposed_address.ts';
import {sharedKeys} from '../../words/shared_key.ts';
import type {RunOf} from '../verb.ts';

/** Look at the settings. */
export const config: RunOf<'config'> = async ({options, subject: what, output}) => {
  if (what !== 'check' && what !== 'show') {
    throw new Failure('USAGE_INVALID', 'Say `drctl config check` or `drctl config show`.');
  }
  const file = configFile(options.config);
  const loaded = await loadConfig(file);
  if (what === 'show') {
    const settings = shownConfig(loaded);
    output.say(stringify(settings).trimEnd());
    return {value: settings};
  }
  const exposed = exposedAddress(loaded.mattermost.url ?? null);
  const warnings = [...(exposed ? [exposed] : []), ...sharedKeys(loaded.repositories)];
  output.say([`${file} is valid.`, ...warnings.map(({message, remedy}) => `! ${message}.\n  → ${remedy}`)].join('\n'));
  return {value: {file, valid: true, warnings}};
};
