import type {ErrorBody} from '@disaster-recovery/contract';
import React from 'react';
import {useSay} from '../i18n/say.tsx';
import type {Failure} from '../dashboard/facts.ts';
import {Icon} from './icon.tsx';
import {ServerText} from './server_text.tsx';

/** What happened, what it means, what to do: in the words of who found it. */
export function FailureNotice({failure}: {failure: Failure}) {
  const error = useWords(failure);
  return (
    <div className="dr-failure" role="alert">
      <FailureText error={error} />
    </div>
  );
}

export function FailureText({error}: {error: ErrorBody}) {
  const say = useSay();
  return (
    <>
      <p className="dr-failure-message">
        <Icon tone="bad" size={14} /> <ServerText text={error.message} />
      </p>
      {error.meaning && error.meaning !== error.message && (
        <p>
          <ServerText text={error.meaning} />
        </p>
      )}
      {error.remedy && (
        <p>
          <b>{say('error.remedy')}:</b> <ServerText text={error.remedy} />
        </p>
      )}
      <p className="dr-dim">
        {say('error.code', {code: error.code})}
        {error.retryable && ` · ${say('error.retryable')}`}
      </p>
    </>
  );
}

function useWords({status, error}: Failure): ErrorBody {
  const say = useSay();
  if (error.message) {
    return error;
  }
  const kind = error.code === 'NO_ANSWER' ? 'no_answer' : 'unreadable';
  return {
    ...error,
    message: say(`error.${kind}`, {status}),
    meaning: say(`error.${kind}.meaning`),
    remedy: say(`error.${kind}.remedy`),
  };
}
