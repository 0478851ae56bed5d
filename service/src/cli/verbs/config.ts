import {stringify} from 'yaml';
import {configFile, loadConfig} from '../../config/load.ts';
import {shownConfig} from '../../config/show.ts';
import {Failure} from '../../kernel/failure.ts';
import type {RunOf} from '../verb.ts';

/** Look at the settings. */
export const config: RunOf<'config'> = async ({options, subject: what, output}) => {
  if (what !== 'check' && what !== 'show') {
    throw new Failure('USAGE_INVALID', 'Say `drctl config check` or `drctl config show`.');
  }
  const file = configFile(options.config);
  const settings = shownConfig(await loadConfig(file));
  output.say(what === 'check' ? `${file} is valid.` : stringify(settings).trimEnd());
  return {value: what === 'check' ? {file, valid: true} : settings};
};
