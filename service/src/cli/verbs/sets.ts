import {join} from 'node:path/posix';
import {EffectiveConfig, type SetManifest} from '@disaster-recovery/contract';
import {EFFECTIVE_CONFIG} from '../../backup/index.ts';
import {Failure} from '../../kernel/failure.ts';
import {withHold} from '../../sets/index.ts';
import {withRecovery} from '../companion.ts';
import type {RunOf} from '../verb.ts';
import {goodSets} from '../../words/sets.ts';
import {renderList, renderSet} from '../render_set.ts';
import type {RecoveryParts} from '../../compose/recovery.ts';

/** What there is to go back to. */
export const list: RunOf<'list'> = async ({options, request, output}) => {
  const {good} = await request();
  return withRecovery(options, async ({listing}) => {
    const {failure, repositories, sets: all, ...others} = await listing();
    if (failure && repositories.answered === 0) {
      throw failure;
    }
    const {sets, says} = good ? goodSets(all) : {sets: all, says: null};
    output.say(renderList({...others, sets, none: says, repositories: repositories.asked}));
    return {value: {...others, sets}, ...(failure && {failure})};
  });
};

/** One set, whole. */
export const show: RunOf<'show'> = ({options, subject: set = 'latest', output}) =>
  withRecovery(options, async (parts) => {
    if (options['environment']) {
      const {env} = await effectiveConfig(parts, await parts.sets.whole(set));
      output.say(
        Object.entries(env)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n'),
      );
      return {value: {env}};
    }
    const manifest = await parts.sets.show(set);
    const {hold} = withHold(manifest.id, parts.holds());
    output.say(renderSet(manifest, hold));
    return {value: {...manifest, ...(hold && {hold})}};
  });

async function effectiveConfig({repository}: RecoveryParts, manifest: SetManifest): Promise<EffectiveConfig> {
  const record = manifest.snapshots.find(({part}) => part === 'record');
  if (manifest.config?.effective !== 'captured' || !record) {
    throw new Failure('PART_NOT_IN_SET', `Set ${manifest.id} does not hold the environment of the server.`);
  }
  return EffectiveConfig.parse(JSON.parse(await repository.readText(record.id, join(record.root, EFFECTIVE_CONFIG))));
}
