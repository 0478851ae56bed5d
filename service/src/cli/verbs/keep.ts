import {KeepResult, type KeepPreview} from '@disaster-recovery/contract';
import {isoTime} from '../../kernel/clock.ts';
import {holdWords, keepResultWords, keepVerdict, reasonWords} from '../../words/keep.ts';
import {onTerminal} from '../../words/place.ts';
import {counted} from '../../words/plural.ts';
import {cliActor, withCompanion} from '../companion.ts';
import {requireConfirmation} from '../confirmation.ts';
import {followJob} from '../follow_job.ts';
import {plainTable} from '../render_set.ts';
import type {RunOf} from '../verb.ts';

/** What would go now, and why the rest stays. */
export const preview: RunOf<'keep preview'> = async ({options, request, output}) => {
  const asked = await request();
  return withCompanion(options, async ({keeping}) => {
    const value = await keeping.preview(asked);
    output.say(renderPreview(value));
    return {value};
  });
};

/** Removes what no rule keeps. */
export const apply: RunOf<'keep apply'> = async ({options, request, output}) => {
  const asked = await request();
  return withCompanion(options, async ({keeping, jobs, enrollment}) => {
    enrollment.requireWritable();
    if (!options['yes']) {
      const plan = await keeping.preview(asked);
      output.say(renderPreview(plan));
      if (!plan.held_back) {
        const going = plan.sets.filter(({goes}) => goes).length;
        await requireConfirmation(output, options, `Remove ${counted(going, 'set')} from ${plan.repository} for good?`);
      }
    }
    const job = await followJob({jobs, output}, () => keeping.apply(asked, {actor: cliActor()}));
    const result = KeepResult.parse(job.result);
    output.say(keepResultWords(result));
    return {value: {...result, job: job.id}};
  });
};

export const hold: RunOf<'hold'> = async ({options, request, output}) => {
  const asked = await request();
  return withCompanion(options, async ({keeping}) => {
    const value = await keeping.hold(asked, cliActor());
    output.say(`Set ${value.set} is ${holdWords(value)}`);
    return {value};
  });
};

export const release: RunOf<'release'> = async ({options, request, output}) => {
  const {set} = await request();
  return withCompanion(options, async ({keeping}) => {
    const value = keeping.release(set, cliActor());
    output.say(`Set ${set} is held no more. It was ${holdWords(value)}`);
    return {value};
  });
};

function renderPreview(plan: KeepPreview): string {
  const table = plainTable(['Set', 'T0', 'Parts', 'Stays because']);
  for (const set of plan.sets) {
    table.push([
      set.set,
      isoTime(set.t0),
      set.kind === 'restore_point' ? 'restore point' : set.scope.length === 3 ? 'everything' : set.scope.join(', '),
      reasonWords(set),
    ]);
  }
  return [...(plan.sets.length > 0 ? [table.toString(), ''] : []), onTerminal(keepVerdict(plan))].join('\n');
}
