import type {Job} from '@disaster-recovery/contract';
import React from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {ConfirmedButton} from '../components/confirmed_button.tsx';
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

const EXTEND = {
  open: 'sso.extend.open',
  title: 'sso.extend.title',
  confirm: 'sso.extend.confirm',
  notDone: 'not_done.extend',
} as const;
const CLOSE = {
  open: 'sso.close.open',
  title: 'sso.close.title',
  confirm: 'sso.close.confirm',
  notDone: 'not_done.close',
} as const;

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
        <ConfirmedButton words={EXTEND} look={look('extend')} isHarmless act={client.extendSessions} onDone={onStarted}>
          <p>{say('sso.extend.text')}</p>
        </ConfirmedButton>
        <Button look={look('let_in')} onClick={onLetIn}>
          {say('sso.let_in.open')}
        </Button>
        <SwitchBackButton client={client} look={look('switch_back')} onStarted={onStarted} />
        <ConfirmedButton
          words={CLOSE}
          look={look('close')}
          isHarmless
          disabledBy={canClose ? undefined : reason}
          act={client.closeIncident}
          onDone={onClosed}
        >
          <p>{say('sso.close.text')}</p>
        </ConfirmedButton>
      </div>
      <p id={reason} className={canClose ? 'dr-hidden' : 'dr-dim'}>
        {!canClose && say(isReturning ? 'sso.close.returning' : notYet)}
      </p>
    </>
  );
}
