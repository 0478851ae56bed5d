import {withCompanion} from '../companion.ts';
import type {Verb} from '../verb.ts';
import {renderStatus} from '../render_status.ts';

/** Can this server be recovered? */
export const status: Verb = {
  describe: (command) => command.description('newest set, what runs, what to do next'),
  run: ({options, output}) =>
    withCompanion(options, async (companion) => {
      const report = await companion.status.report();
      output.say(renderStatus(report));
      return {value: report};
    }),
};
