import {Failure} from '../../kernel/failure.ts';
import {testLines} from '../../words/notify.ts';
import {withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';

/** Whether messages get there. */
export const test: RunOf<'notify test'> = ({options, output}) =>
  withCompanion(options, async ({notify}) => {
    const value = await notify.test();
    output.say(testLines(value).join('\n'));
    const lost = value.ways.find(({sent}) => !sent);
    return {value, ...(lost && {failure: new Failure('NOTIFICATION_FAILED', `${lost.way}: ${lost.message ?? ''}`)})};
  });
