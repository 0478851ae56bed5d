import {Failure} from '../../kernel/failure.ts';
import {withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';
import {renderDoctor} from '../render_status.ts';

/** Is everything set up right? */
export const doctor: RunOf<'doctor'> = ({options, output}) =>
  withCompanion(options, async (companion) => {
    const report = await companion.doctor.report();
    output.say(renderDoctor(report));
    const failed = report.checks.filter(({outcome}) => outcome === 'failed');
    return {value: report, ...(failed.length > 0 && {failure: failureOf(failed[0])})};
  });

/** The failure of the first check that failed, under its own code where it has one. */
function failureOf(check: {name: string; says: string} | undefined): Failure {
  const [, code, text] = /^([A-Z_]+): (.*)$/s.exec(check?.says ?? '') ?? [];
  return new Failure(
    (code ?? 'CONFIG_INVALID') as Failure['code'],
    `${check?.name ?? ''}: ${text ?? check?.says ?? ''}`,
  );
}
