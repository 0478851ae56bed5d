import React from 'react';
import {Copyable} from '../components/copyable.tsx';
import {useSay} from '../i18n/say.tsx';

/** An outage of sign-in and of the companion at once is the day on which this must not vanish: drctl needs neither. `at`: when the companion last told. */
export function WithoutCompanion({hasIncident, at}: {hasIncident: boolean; at: number | null}) {
  const say = useSay();
  return (
    <div className="dr-without">
      <p>{at === null ? say('sso.down') : say('sso.down.since', {at: {since: at}})}</p>
      <Copyable text="drctl sso status" />
      <Copyable
        text={hasIncident ? 'drctl sso let-in USERNAME --identified-by "how you know"' : 'drctl sso forecast'}
      />
    </div>
  );
}
