import type {BackupRequest, Job, Part} from '@disaster-recovery/contract';
import React, {useState} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Card} from '../components/card.tsx';
import {Field} from '../components/field.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {Icon} from '../components/icon.tsx';
import {useRequest} from '../components/use_request.ts';
import {Text, useSay, type Message} from '../i18n/say.tsx';
import {partMessage, PARTS} from '../parts.ts';

export const BACKUP_ANCHOR = 'disaster-recovery-backup';

const REASON_MAX = 500;

function reasonProblem(reason: string): Message | null {
  const {length} = reason.trim();
  return length > REASON_MAX ? {id: 'backup.reason.too_long', values: {max: REASON_MAX, length}} : null;
}

/** All parts and no reason make an empty request: the companion's defaults are the same. */
function toRequest(scope: readonly Part[], reason: string): BackupRequest {
  const why = reason.trim();
  return {...(scope.length === PARTS.length ? {} : {scope: [...scope]}), ...(why ? {reason: why} : {})};
}

type Props = {client: Client; onStarted(job: Job): void};

/** A backup with a reason or of some parts; the plain button of the verdict needs neither. */
export function BackupForm({client, onStarted}: Props) {
  const say = useSay();
  const [reason, setReason] = useState('');
  const [scope, setScope] = useState<readonly Part[]>(PARTS);
  const {failure, isBusy, send, forget} = useRequest();
  const problem = reasonProblem(reason);
  const canStart = scope.length > 0 && !problem && !isBusy;
  const start = () => canStart && void send(() => client.startBackup(toRequest(scope, reason)), onStarted);
  return (
    <Card title={say('backup.title')} anchor={BACKUP_ANCHOR}>
      <p className="dr-dim">{say('backup.intro')}</p>
      <div className="dr-form">
        <Field
          label="backup.reason"
          help="backup.reason.help"
          placeholder={say('backup.reason.example')}
          value={reason}
          problem={problem}
          onChange={setReason}
          onEnter={start}
        />
        <ScopeChoice scope={scope} onChange={setScope} />
        <Button look="primary" disabled={!canStart} onClick={start}>
          {say(isBusy ? 'backup.starting' : 'backup.start')}
        </Button>
      </div>
      <FailureNotice failure={failure} what="not_done.backup" onDismiss={forget} />
    </Card>
  );
}

function ScopeChoice({scope, onChange}: {scope: readonly Part[]; onChange(scope: readonly Part[]): void}) {
  const say = useSay();
  const missing = PARTS.filter((part) => !scope.includes(part));
  return (
    <fieldset className="dr-scope">
      <legend>{say('backup.scope')}</legend>
      {PARTS.map((part) => (
        <label key={part}>
          <input
            type="checkbox"
            checked={scope.includes(part)}
            onChange={(event) =>
              onChange(PARTS.filter((other) => (other === part ? event.target.checked : scope.includes(other))))
            }
          />
          <Text {...partMessage(part)} />
        </label>
      ))}
      <p role="status" className={missing.length > 0 ? 'dr-words-attention' : 'dr-dim'}>
        {missing.length > 0 && <Icon tone="attention" size={14} />}{' '}
        {missing.length === PARTS.length && say('backup.scope.empty')}
        {missing.length > 0 &&
          missing.length < PARTS.length &&
          say('backup.scope.partial', {missing: {messages: missing.map(partMessage)}})}
      </p>
    </fieldset>
  );
}
