import {Failure} from '../../kernel/failure.ts';
import {probeLines} from '../../words/probe.ts';
import {cliActor, withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';

/** Whether what is said to refuse to delete does. */
export const probe: RunOf<'probe'> = async ({options, request, output}) => {
  const {repository = null} = await request();
  return withCompanion(options, async ({probes: all}) => {
    const probes = await all.run(repository, cliActor());
    output.say(probeLines(probes).join('\n'));
    const deleted = probes.find(({declared, refused}) => declared && refused === false);
    return {
      value: {probes},
      ...(deleted && {
        failure: new Failure('DELETE_POSSIBLE', `The repository ${deleted.name} let this machine delete.`),
      }),
    };
  });
};
