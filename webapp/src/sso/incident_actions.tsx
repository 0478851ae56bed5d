import type {Job} from '@disaster-recovery/contract';
import React, {useState} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {ConfirmDialog} from '../components/dialog.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {useRequest} from '../components/use_request.ts';
import {useStableId} from '../components/use_stable_id.ts';
import {useSay} from '../i18n/say.tsx';
import type {SsoAction} from './sso_headline.ts';
import {SwitchBackButton} from './switch_back_button.tsx';

type Props = {
  client: Client;
  next: SsoAction | null;
  /** Null: not known. */
  isListEmpty: boolean | null;
  isReturning: boolean;
  onLetIn(): void;
  onStarted(job: Job): void;
  onClosed(): void;
};

/** What can be done in an outage, mildest first. The next thing to do is the one that stands out. */
export function IncidentActions({client, next, isListEmpty, isReturning, onLetIn, onStarted, onClosed}: Props) {
  const say = useSay();
  const look = (action: SsoAction) => (action === next ? 'primary' : 'quiet');
  const reason = useStableId();
  const canClose = isListEmpty === true && !isReturning;
  const notYet = isListEmpty === null ? 'sso.close.unknown' : 'sso.close.not_yet';
  return (
    <>
      <div className="dr-buttons">
        <ExtendButton client={client} look={look('extend')} onStarted={onStarted} />
        <Button look={look('let_in')} onClick={onLetIn}>
          {say('sso.let_in.open')}
        </Button>
        <SwitchBackButton client={client} look={look('switch_back')} onStarted={onStarted} />
        <CloseButton client={client} look={look('close')} canClose={canClose} reason={reason} onClosed={onClosed} />
      </div>
      <p id={reason} className={canClose ? 'dr-hidden' : 'dr-dim'}>
        {!canClose && say(isReturning ? 'sso.close.returning' : notYet)}
      </p>
    </>
  );
}

type ButtonProps = {client: Client; look: 'primary' | 'quiet'};

function ExtendButton({client, look, onStarted}: ButtonProps & {onStarted(job: Job): void}) {
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const close = () => {
    setAsking(false);
    forget();
  };
  const extend = () =>
    void send(client.extendSessions, (job) => {
      close();
      onStarted(job);
    });
  return (
    <>
      <Button look={look} onClick={() => setAsking(true)}>
        {say('sso.extend.open')}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title="sso.extend.title"
          confirm="sso.extend.confirm"
          look="primary"
          isBusy={isBusy}
          onConfirm={extend}
          onClose={close}
        >
          <p>{say('sso.extend.text')}</p>
          <FailureNotice failure={failure} what="not_done.extend" />
        </ConfirmDialog>
      )}
    </>
  );
}

function CloseButton({
  client,
  look,
  canClose,
  reason,
  onClosed,
}: ButtonProps & {canClose: boolean; reason: string; onClosed(): void}) {
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const close = () => {
    setAsking(false);
    forget();
  };
  const end = () =>
    void send(client.closeIncident, () => {
      close();
      onClosed();
    });
  return (
    <>
      <Button
        look={look}
        disabled={!canClose}
        aria-describedby={canClose ? undefined : reason}
        onClick={() => setAsking(true)}
      >
        {say('sso.close.open')}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title="sso.close.title"
          confirm="sso.close.confirm"
          look="primary"
          isBusy={isBusy}
          onConfirm={end}
          onClose={close}
        >
          <p>{say('sso.close.text')}</p>
          <FailureNotice failure={failure} what="not_done.close" />
        </ConfirmDialog>
      )}
    </>
  );
}
