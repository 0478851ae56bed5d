import {CopyResult} from '@disaster-recovery/contract';
import {formatDuration} from '../../kernel/format.ts';
import {ageWords, doingWords, NO_COPIES} from '../../words/copies.ts';
import {cliActor, withCompanion} from '../companion.ts';
import {followJob} from '../follow_job.ts';
import {plainTable} from '../render_set.ts';
import type {RunOf} from '../verb.ts';

/** Where the sets are besides the repository in use. */
export const copies: RunOf<'copies'> = ({options, output}) =>
  withCompanion(options, async ({copies: all, clock}) => {
    const found = await all.list();
    const table = plainTable(['Copy', 'Sets', 'Newest', 'Age', 'State']);
    for (const copy of found) {
      table.push([
        copy.name,
        String(copy.sets ?? '?'),
        copy.newest ?? '–',
        ageWords(copy, clock.now()),
        doingWords(copy, clock.now()),
      ]);
    }
    output.say(found.length === 0 ? NO_COPIES : table.toString());
    return {value: {copies: found}};
  });

/** Send one set there now. */
export const copy: RunOf<'copy'> = async ({options, request, output}) => {
  const asked = await request();
  return withCompanion(options, async ({copies: all, jobs}) => {
    const job = await followJob({jobs, output, lane: 'copies'}, () => all.start(asked, {actor: cliActor()}));
    const result = CopyResult.parse(job.result);
    output.say(`Set ${result.set} is in ${result.repository}, whole, after ${formatDuration(result.duration_ms)}.`);
    return {value: result};
  });
};
