import type {SetSummary} from '@disaster-recovery/contract';
import React from 'react';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useSay} from '../i18n/say.tsx';
import {partMessage} from '../parts.ts';

/** A partial set never looks whole. */
export function Omissions({omitted}: {omitted: SetSummary['omitted']}) {
  const say = useSay();
  if (omitted.length === 0) {
    return null;
  }
  return (
    <div className="dr-omissions">
      <p>
        <Icon tone="attention" size={14} /> <b>{say('result.omitted')}</b>
      </p>
      <ul className="dr-plain">
        {omitted.map(({part, what, reason}) => (
          <li key={`${part}${what}`}>
            <ServerText text={say('result.omission', {part: {message: partMessage(part)}, what, reason})} />
          </li>
        ))}
      </ul>
    </div>
  );
}
