import type {Job, Person, SsoStatus} from '@disaster-recovery/contract';
import React, {useEffect, useRef, useState} from 'react';
import {outcomeOf} from '../backup/job_state.ts';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Card} from '../components/card.tsx';
import {Copyable} from '../components/copyable.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import {Text, useSay} from '../i18n/say.tsx';
import {DeclareForm} from './declare_form.tsx';
import {ForecastPicture, ForecastSentence} from './forecast_picture.tsx';
import {IncidentActions} from './incident_actions.tsx';
import {LetInPanel} from './let_in_panel.tsx';
import {ReadinessLine} from './readiness.tsx';
import {ReturnListTable} from './return_list.tsx';
import {nameOf, ssoHeadline, type SsoAction, type SsoHeadline} from './sso_headline.ts';
import {isQuiet, useSso} from './use_sso.ts';

const ANCHOR = 'disaster-recovery-sso';

/** After a form is gone, the focus goes to the title of the card instead of to nowhere. */
function focusTitle(): void {
  document.getElementById(ANCHOR)?.querySelector('h2')?.focus({preventScroll: true});
}

type Props = {client: Client; job: Job | null; now: number; clockSkew: number; onStarted(job: Job): void};

/** Single sign-on: a line on quiet days, and everything that helps in an outage. Not shown beside a companion that does not know of it. */
export function SsoCard({client, job, now, clockSkew, onStarted}: Props) {
  const say = useSay();
  const {
    facts: {isAbsent, status, forecast, readiness, returnList, failure},
    refresh,
  } = useSso(client);
  const [panel, setPanel] = useState<'declare' | 'let_in' | null>(null);
  const [canary, setCanary] = useState<Person | null>(null);
  const jobState = job?.kind.startsWith('sso_') ? `${job.id} ${outcomeOf(job)} ${runningStep(job) ?? ''}` : null;
  useEffect(() => {
    if (jobState) {
      void refresh();
    }
  }, [jobState, refresh]);
  const close = () => {
    setPanel(null);
    focusTitle();
  };
  const changed = () => {
    close();
    void refresh();
  };
  const hasIncident = status !== null && status.incident !== null && !isQuiet(status) && status.state !== 'suspected';
  const isClosing = useRef(false);
  useEffect(() => {
    // The dialog gave the focus back to a button that is gone now.
    if (!hasIncident && isClosing.current) {
      isClosing.current = false;
      focusTitle();
    }
  }, [hasIncident]);
  const closed = () => {
    isClosing.current = true;
    setPanel(null);
    void refresh();
  };
  if (isAbsent || (!status && !failure)) {
    return null;
  }
  const headline = status && ssoHeadline(status, forecast, returnList, now);
  const isCalm = status !== null && isQuiet(status);
  return (
    <Card
      title={say('sso.title')}
      anchor={ANCHOR}
      className={status && !isCalm ? `dr-job dr-tone-${headline?.tone ?? 'quiet'}` : ''}
    >
      {headline && (
        <div className="dr-sso-state">
          <State headline={headline} />
          {!hasIncident && panel !== 'declare' && headline.tone !== 'quiet' && (
            <Button look={headline.next === 'declare' ? 'primary' : 'link'} onClick={() => setPanel('declare')}>
              {say('sso.declare.open')}
            </Button>
          )}
        </div>
      )}
      {job && <AwaitedLogin job={job} canary={canary} />}
      {failure && <FailureNotice failure={failure} />}
      {!hasIncident && panel === 'declare' && <DeclareForm client={client} onDeclared={changed} onClose={close} />}
      {status && hasIncident && (
        <Incident
          status={status}
          client={client}
          now={now}
          clockSkew={clockSkew}
          next={headline?.next ?? null}
          isListEmpty={returnList?.empty ?? null}
          isLettingIn={panel === 'let_in'}
          onLetIn={() => setPanel('let_in')}
          onPanelClose={close}
          onChanged={() => void refresh()}
          onStarted={(started, first = null) => {
            setCanary(first);
            onStarted(started);
          }}
          onClosed={closed}
        />
      )}
      {forecast &&
        (isCalm || headline?.next === 'switch_back' || headline?.next === 'close' ? (
          <ForecastSentence forecast={forecast} />
        ) : (
          <ForecastPicture forecast={forecast} />
        ))}
      {hasIncident && returnList && <ReturnListTable list={returnList} />}
      {readiness && <ReadinessLine readiness={readiness} />}
    </Card>
  );
}

type IncidentProps = {
  status: SsoStatus;
  client: Client;
  now: number;
  clockSkew: number;
  next: SsoAction | null;
  isListEmpty: boolean | null;
  isLettingIn: boolean;
  onLetIn(): void;
  onPanelClose(): void;
  onChanged(): void;
  onStarted(job: Job, canary?: Person | null): void;
  onClosed(): void;
};

function Incident({
  status,
  client,
  now,
  clockSkew,
  next,
  isListEmpty,
  isLettingIn,
  onLetIn,
  onPanelClose,
  onChanged,
  onStarted,
  onClosed,
}: IncidentProps) {
  return (
    <>
      <Counts status={status} />
      <IncidentActions
        client={client}
        next={next}
        isListEmpty={isListEmpty}
        onLetIn={onLetIn}
        onStarted={onStarted}
        onClosed={onClosed}
      />
      {isLettingIn && <LetInPanel client={client} clockSkew={clockSkew} onLetIn={onChanged} onClose={onPanelClose} />}
      <Approvals status={status} now={now} />
    </>
  );
}

function State({headline: {tone, title, detail}}: {headline: SsoHeadline}) {
  const say = useSay();
  return (
    <div role="status" className={`dr-tone-${tone}`}>
      <p className="dr-sso-title">
        <Icon tone={tone} size={16} /> <span className="dr-hidden">{say(`tone.${tone}`)}: </span>
        <Text {...title} />
      </p>
      {detail && (
        <p className="dr-dim">{typeof detail === 'string' ? <ServerText text={detail} /> : <Text {...detail} />}</p>
      )}
    </div>
  );
}

function runningStep(job: Job): string | null {
  return job.steps.find(({outcome}) => outcome === 'running')?.name ?? null;
}

/** The way back waits for a human here, who must be asked. Who goes first is known where it was started; a sign-in of anybody else counts as well. */
function AwaitedLogin({job, canary}: {job: Job; canary: Person | null}) {
  const say = useSay();
  if (job.kind !== 'sso_switch_back' || outcomeOf(job) !== 'running' || runningStep(job) !== 'await_login') {
    return null;
  }
  return (
    <p className="dr-words-attention" role="status">
      {canary ? say('sso.await_login', {person: `@${canary.username}`}) : say('sso.await_login.anybody')}
    </p>
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

/** A switch of everyone that waits for a second administrator. */
function Approvals({status: {approvals}, now}: {status: SsoStatus; now: number}) {
  const say = useSay();
  const waiting = approvals.filter((approval) => !approval.approved_by && approval.expires_at > now);
  return (
    <>
      {waiting.map((approval) => (
        <div key={approval.id}>
          <p className="dr-words-attention">
            {say('sso.approval', {who: nameOf(approval.asked_by), left: {duration: approval.expires_at - now}})}
          </p>
          <Copyable text={`/dr sso approve ${approval.id}`} />
        </div>
      ))}
    </>
  );
}
