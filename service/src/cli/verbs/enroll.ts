import {listenAddress} from '../../http/index.ts';
import {isoTime} from '../../kernel/clock.ts';
import {withCompanion} from '../companion.ts';
import type {RunOf} from '../verb.ts';

/** Introduce this companion to a Mattermost. */
export const enroll: RunOf<'enroll'> = ({options, output}) =>
  withCompanion(options, async (companion) => {
    const {url, tlsPin} = await listenAddress(companion.config.serve);
    const code = companion.enrollment.newCode(url, tlsPin);
    output.say(`One-time code, good for ten minutes (until ${isoTime(code.expires_at)}):

    ${code.code}

In Mattermost, as a system administrator, type

    /dr enroll ${url} ${code.code}${tlsPin ? ` ${tlsPin}` : ''}

or open System Console → Plugins → Disaster Recovery and enter:
    companion URL  ${url}${tlsPin ? `\n    TLS pin        ${tlsPin}` : ''}
    code           ${code.code}

The companion must be running: drctl serve`);
    return {value: code};
  });
