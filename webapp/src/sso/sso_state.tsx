import React from 'react';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import {Text, useSay} from '../i18n/say.tsx';
import type {SsoHeadline} from './sso_headline.ts';

/** Where we stand. What was true when the companion last answered is said in a quieter tone. */
export function SsoState({headline: {tone, title, detail}, isStale}: {headline: SsoHeadline; isStale: boolean}) {
  const say = useSay();
  const shown = isStale ? 'quiet' : tone;
  return (
    <div role="status" className={`dr-tone-${shown}`}>
      <p className="dr-sso-title">
        <Icon tone={shown} size={16} /> <span className="dr-hidden">{say(`tone.${shown}`)}: </span>
        <Text {...title} />
      </p>
      {detail && (
        <p className="dr-dim">{typeof detail === 'string' ? <ServerText text={detail} /> : <Text {...detail} />}</p>
      )}
    </div>
  );
}
