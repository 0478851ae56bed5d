import {withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';
import {renderStatus} from '../render_status.ts';

/** Can this server be recovered? */
export const status: RunOf<'status'> = ({options, output}) =>
  withCompanion(options, async (companion) => {
    const report = await companion.status.report();
    output.say(renderStatus(report));
    return {value: report};
  });
