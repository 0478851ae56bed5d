import type {Job, SsoStatus} from '@disaster-recovery/contract';
import React from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {useRequest} from '../components/use_request.ts';
import {useSay} from '../i18n/say.tsx';
import {DriftNotice} from './drift_notice.tsx';
import {IncidentActions} from './incident_actions.tsx';
import {LetInPanel} from './let_in_panel.tsx';
import {nameOf, type SsoAction} from './sso_headline.ts';

type Props = {
  status: SsoStatus;
  client: Client;
  now: number;
  clockSkew: number;
  next: SsoAction | null;
  isListEmpty: boolean | null;
  /** The way back is being gone: nothing is closed meanwhile. */
  isReturning: boolean;
  /** Who is being let in: a username, '' while it is not known, null: nobody. */
  lettingIn: string | null;
  onLetIn(): void;
  onPanelClose(): void;
  onChanged(): void;
  onStarted(job: Job): void;
  onClosed(): void;
};

/** What a declared outage has: counts, what can be done, and who waits for whom. */
export function IncidentPart(props: Props) {
  const {status, client, now, clockSkew, lettingIn, onPanelClose, onChanged} = props;
  return (
    <>
      <DriftNotice drift={status.drift} client={client} onChanged={onChanged} />
      <Counts status={status} />
      <IncidentActions {...props} next={status.drift ? null : props.next} />
      {lettingIn !== null && (
        <LetInPanel
          client={client}
          clockSkew={clockSkew}
          person={lettingIn}
          onLetIn={onChanged}
          onClose={onPanelClose}
        />
      )}
      <Approvals status={status} client={client} now={now} onChanged={onChanged} />
    </>
  );
}

const COUNTS = ['switched', 'claimed', 'returned', 'conflicts'] as const;

function Counts({status: {counts}}: {status: SsoStatus}) {
  const say = useSay();
  return (
    <dl className="dr-counts">
      {COUNTS.filter((name) => name !== 'conflicts' || counts.conflicts > 0).map((name) => (
        <div key={name}>
          <dt>{say(`sso.count.${name}`)}</dt>
          <dd>{say('number', {value: counts[name]})}</dd>
        </div>
      ))}
    </dl>
  );
}

type ApprovalsProps = Pick<Props, 'status' | 'client' | 'now' | 'onChanged'>;

/** What waits for a second administrator. */
function Approvals({status: {approvals}, client, now, onChanged}: ApprovalsProps) {
  const say = useSay();
  const {failure, isBusy, send, forget} = useRequest();
  const waiting = approvals.filter((approval) => !approval.approved_by && approval.expires_at > now);
  return (
    <>
      {waiting.map((approval) => (
        <div key={approval.id} className="dr-buttons dr-approval">
          <p className="dr-words-attention">
            {say('sso.approval', {
              who: nameOf(approval.asked_by),
              what: approval.says,
              left: {duration: approval.expires_at - now},
            })}
          </p>
          <Button aria-disabled={isBusy} onClick={() => void send(() => client.approve(approval.id), onChanged)}>
            {say('sso.approve')}
          </Button>
        </div>
      ))}
      <FailureNotice failure={failure} what="not_done.approve" onDismiss={forget} />
    </>
  );
}
