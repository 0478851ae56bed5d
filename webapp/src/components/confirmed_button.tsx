import React, {useState, type ReactNode} from 'react';
import type {Reply} from '../client.ts';
import {useSay, type MessageId} from '../i18n/say.tsx';
import {Button} from './button.tsx';
import {ConfirmDialog} from './dialog.tsx';
import {FailureNotice} from './failure_notice.tsx';
import {useRequest} from './use_request.ts';

type Props<Body> = {
  /** Of the button, of the question, of the answer that does it, and of a failure. */
  words: Record<'open' | 'title' | 'confirm' | 'notDone', MessageId>;
  look?: 'primary' | 'quiet';
  /** Whether what is confirmed destroys something. */
  isHarmless?: boolean;
  /** Id of the element that says why it cannot be done now. */
  disabledBy?: string | undefined;
  act(): Promise<Reply<Body>>;
  onDone(value: Body): void;
  /** What is said before it is done. */
  children: ReactNode;
};

/** One request behind one question. A failure is shown where it was asked, and the question stays. */
export function ConfirmedButton<Body>({words, look, isHarmless, disabledBy, act, onDone, children}: Props<Body>) {
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const close = () => {
    setAsking(false);
    forget();
  };
  const confirm = () =>
    void send(act, (value) => {
      close();
      onDone(value);
    });
  return (
    <>
      <Button
        {...(look && {look})}
        disabled={disabledBy !== undefined}
        aria-describedby={disabledBy}
        onClick={() => setAsking(true)}
      >
        {say(words.open)}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={words.title}
          confirm={words.confirm}
          look={isHarmless ? 'primary' : 'danger'}
          isBusy={isBusy}
          onConfirm={confirm}
          onClose={close}
        >
          {children}
          <FailureNotice failure={failure} what={words.notDone} />
        </ConfirmDialog>
      )}
    </>
  );
}
