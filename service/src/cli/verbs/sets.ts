import {join} from 'node:path/posix';
import {EffectiveConfig, type SetManifest} from '@disaster-recovery/contract';
import {EFFECTIVE_CONFIG} from '../../backup/index.ts';
import {Failure} from '../../kernel/failure.ts';
import {withRecovery} from '../companion.ts';
import type {Verb} from '../verb.ts';
import {renderList, renderSet} from '../render_set.ts';
import type {RecoveryParts} from '../../compose.ts';
import {repositoryOptions} from './repository_options.ts';

/** What there is to go back to. */
export const list: Verb = {
  describe: (command) => repositoryOptions(command.description('list the sets, newest first')),
  run: ({options, output}) =>
    withRecovery(options, async ({sets}) => {
      const {sets: found, unreadable} = await sets.survey();
      output.say(renderList(found, unreadable));
      return {value: {sets: found, unreadable}};
    }),
};

/** One set, whole. */
export const show: Verb = {
  describe: (command) =>
    repositoryOptions(
      command
        .description('show the whole manifest of a set')
        .argument('<set>', 'id of a set, or latest')
        .option('--environment', 'print the MM_* variables that the server had; these are secrets'),
    ),
  run: ({options, arguments: [set = 'latest'], output}) =>
    withRecovery(options, async (parts) => {
      const manifest = await parts.sets.show(set);
      if (options['environment']) {
        const {env} = await effectiveConfig(parts, manifest);
        output.say(
          Object.entries(env)
            .map(([name, value]) => `${name}=${value}`)
            .join('\n'),
        );
        return {value: {env}};
      }
      output.say(renderSet(manifest));
      return {value: manifest};
    }),
};

async function effectiveConfig({repository}: RecoveryParts, manifest: SetManifest): Promise<EffectiveConfig> {
  const record = manifest.snapshots.find(({part}) => part === 'record');
  if (manifest.config?.effective !== 'captured' || !record) {
    throw new Failure('PART_NOT_IN_SET', `Set ${manifest.id} does not hold the environment of the server.`);
  }
  return EffectiveConfig.parse(JSON.parse(await repository.readText(record.id, join(record.root, EFFECTIVE_CONFIG))));
}
