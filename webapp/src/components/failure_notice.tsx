import type {ErrorBody} from '@disaster-recovery/contract';
import React from 'react';
import type {Failure} from '../client.ts';
import {useSay, type MessageId} from '../i18n/say.tsx';
import {Button} from './button.tsx';
import {Icon} from './icon.tsx';
import {ServerText} from './server_text.tsx';

type Props = {
  /** Null: nothing to show. */
  failure: Failure | null;
  /** What was not done because of it. */
  what: MessageId;
  onDismiss?: () => void;
};

/** What was not done, what happened, what it means, what to do: in the words of who found it. */
export function FailureNotice({failure, what, onDismiss}: Props) {
  const say = useSay();
  if (!failure) {
    return null;
  }
  return (
    <div className="dr-failure" role="alert">
      <div className="dr-failure-head">
        <p className="dr-failure-message">
          <Icon tone="bad" size={14} /> {say(what)}
        </p>
        {onDismiss && (
          <Button look="link" onClick={onDismiss}>
            {say('job.dismiss')}
          </Button>
        )}
      </div>
      <FailureText failure={failure} />
    </div>
  );
}

function FailureText({failure}: {failure: Failure}) {
  const error = useWords(failure);
  return (
    <>
      <p>
        <ServerText text={error.message} />
      </p>
      <ErrorDetails error={error} />
    </>
  );
}

/** What follows the first sentence of an error. */
export function ErrorDetails({error}: {error: ErrorBody}) {
  const say = useSay();
  return (
    <>
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
