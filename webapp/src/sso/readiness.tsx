import type {Readiness, ReadinessCheck} from '@disaster-recovery/contract';
import React from 'react';
import {Badge} from '../components/badge.tsx';
import {Disclosure} from '../components/disclosure.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useSay} from '../i18n/say.tsx';

const ORDER = ['failed', 'warning'] as const;

/** Would this server survive an outage? The number, and what is not in order with its remedy. */
export function ReadinessLine({readiness}: {readiness: Readiness}) {
  const say = useSay();
  const open = ORDER.flatMap((outcome) => readiness.checks.filter((check) => check.outcome === outcome));
  const score = (
    <>
      <b className="dr-score">{say('sso.readiness.score', {score: readiness.score})}</b>{' '}
      {say('sso.readiness.open', {count: open.length})}
    </>
  );
  if (open.length === 0) {
    return <p>{score}</p>;
  }
  return (
    <Disclosure summary={score}>
      <ul className="dr-next">
        {open.map((check) => (
          <Check key={check.name} check={check} />
        ))}
      </ul>
    </Disclosure>
  );
}

function Check({check: {outcome, message, remedy}}: {check: ReadinessCheck}) {
  const say = useSay();
  const isFailed = outcome === 'failed';
  return (
    <li>
      <span>
        <Badge tone={isFailed ? 'bad' : 'attention'}>
          {say(isFailed ? 'sso.readiness.failed' : 'sso.readiness.warning')}
        </Badge>{' '}
        <ServerText text={message} />
      </span>
      {remedy && (
        <span className="dr-dim">
          <ServerText text={remedy} />
        </span>
      )}
    </li>
  );
}
