import {withCompanion} from '../companion.ts';
import {failedCheck} from '../failed_check.ts';
import type {RunOf} from '../verb.ts';
import {renderDoctor} from '../render_status.ts';

/** Is everything set up right? */
export const doctor: RunOf<'doctor'> = ({options, output}) =>
  withCompanion(options, async (companion) => {
    const report = await companion.doctor.report();
    output.say(renderDoctor(report));
    const failure = failedCheck(report);
    return {value: report, ...(failure && {failure})};
  });
