import type {Job, SsoStatus} from '@disaster-recovery/contract';
import React, {useEffect, useRef, useState, type ReactNode} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Card} from '../components/card.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {useSay} from '../i18n/say.tsx';
import {headOf, outcomeOf, runningStep} from '../jobs/job_state.ts';
import {DeclareForm} from './declare_form.tsx';
import {ForecastPicture, ForecastSentence} from './forecast_picture.tsx';
import {IncidentPart} from './incident_part.tsx';
import {LockedOut} from './locked_out.tsx';
import {ReadinessLine} from './readiness.tsx';
import {ReturnListTable} from './return_list.tsx';
import {SsoState} from './sso_state.tsx';
import {ssoHeadline, type SsoAction, type WayBack} from './sso_headline.ts';
import {isQuiet, useSso, type SsoFacts} from './use_sso.ts';
import {WithoutCompanion} from './without_companion.tsx';

/** What is to be done next while people are being lost. */
const LOSING: readonly (SsoAction | null)[] = ['declare', 'extend', 'let_in'];

const ANCHOR = 'disaster-recovery-sso';

/** After a form is gone, the focus goes to the title of the card instead of to nowhere. */
function focusTitle(): void {
  document.getElementById(ANCHOR)?.querySelector('h2')?.focus({preventScroll: true});
}

type Props = {
  client: Client;
  /** The companion answers. */
  isUp: boolean;
  /** A job that changes accounts or sessions, and how it is shown. */
  job: Job | null;
  shown: ReactNode;
  now: number;
  clockSkew: number;
  onStarted(job: Job): void;
};

/** A switch back that runs: it waits for one person to sign in, or it goes on. The job itself is newer than the status. */
function wayBackOf(job: Job | null, status: SsoStatus | null): WayBack | null {
  const told = status?.waiting ?? null;
  if (job?.kind === 'sso_switch_back' && outcomeOf(job) === 'running') {
    return {waiting: headOf(job)?.progress?.waiting ?? (runningStep(job) === 'await_login' ? told : null)};
  }
  return told && {waiting: told};
}

function hasIncidentIn({status}: SsoFacts): boolean {
  return status !== null && status.incident !== null && !isQuiet(status) && status.state !== 'suspected';
}

/** Which form is open, and who is to be let in. Focus goes back to the title of the card when one is gone. */
function usePanel(hasIncident: boolean) {
  const [panel, setPanel] = useState<'declare' | 'let_in' | null>(null);
  const [person, setPerson] = useState('');
  const isClosing = useRef(false);
  useEffect(() => {
    // The dialog gave the focus back to a button that is gone now.
    if (!hasIncident && isClosing.current) {
      isClosing.current = false;
      focusTitle();
    }
  }, [hasIncident]);
  return {
    panel,
    person,
    declare: () => setPanel('declare'),
    letIn: (username: string) => {
      setPerson(username);
      setPanel('let_in');
    },
    close: () => {
      setPanel(null);
      focusTitle();
    },
    incidentIsClosing: () => {
      isClosing.current = true;
      setPanel(null);
    },
  };
}

/** Single sign-on: a line on quiet days, and everything that helps in an outage. Not shown beside a companion that does not know of it. */
export function SsoCard({client, isUp, job, shown, now, clockSkew, onStarted}: Props) {
  const say = useSay();
  const {facts, refresh} = useSso(client, isUp);
  const {isAbsent, status, forecast, readiness, returnList, failure} = facts;
  const hasIncident = hasIncidentIn(facts);
  const form = usePanel(hasIncident);
  const jobState = job && `${job.id} ${outcomeOf(job)} ${runningStep(job) ?? ''}`;
  useEffect(() => {
    if (jobState && isUp) {
      void refresh();
    }
  }, [jobState, isUp, refresh]);
  if (isAbsent || (isUp && !status && !failure)) {
    return null;
  }
  const wayBack = wayBackOf(job, status);
  const headline = status && ssoHeadline(status, forecast, returnList, wayBack, now);
  const isCalm = status !== null && isQuiet(status);
  const tone = status && !isCalm && isUp ? `dr-job dr-tone-${headline?.tone ?? 'quiet'}` : '';
  const changed = () => {
    form.close();
    void refresh();
  };
  if (!isUp) {
    return (
      <Card title={say('sso.title')} anchor={ANCHOR}>
        {headline && <SsoState headline={headline} isStale={true} />}
        <WithoutCompanion hasIncident={hasIncident} at={status?.at ?? null} />
      </Card>
    );
  }
  return (
    <Card title={say('sso.title')} anchor={ANCHOR} className={tone}>
      {headline && (
        <div className="dr-sso-state">
          <SsoState headline={headline} isStale={false} />
          {!hasIncident && form.panel !== 'declare' && headline.tone !== 'quiet' && (
            <Button look={headline.next === 'declare' ? 'primary' : 'link'} onClick={form.declare}>
              {say('sso.declare.open')}
            </Button>
          )}
        </div>
      )}
      <FailureNotice failure={failure} what="not_done.sso" />
      {!hasIncident && form.panel === 'declare' && (
        <DeclareForm
          client={client}
          declaration={status?.declaration ?? null}
          onDeclared={changed}
          onClose={form.close}
        />
      )}
      {status && hasIncident && (
        <IncidentPart
          status={status}
          client={client}
          now={now}
          clockSkew={clockSkew}
          next={headline?.next ?? null}
          isListEmpty={returnList?.empty ?? null}
          isReturning={wayBack !== null}
          lettingIn={form.panel === 'let_in' ? form.person : null}
          onLetIn={() => form.letIn('')}
          onPanelClose={form.close}
          onChanged={() => void refresh()}
          onStarted={onStarted}
          onClosed={() => {
            form.incidentIsClosing();
            void refresh();
          }}
        />
      )}
      {job && shown}
      {forecast && <Forecasted facts={facts} isBrief={isCalm || !LOSING.includes(headline?.next ?? null)} />}
      {forecast && <LockedOut forecast={forecast} told={facts.lockedOut} onLetIn={hasIncident ? form.letIn : null} />}
      {hasIncident && returnList && <ReturnListTable list={returnList} />}
      {readiness && <ReadinessLine readiness={readiness} />}
    </Card>
  );
}

/** The picture while people are being lost; a sentence otherwise. */
function Forecasted({facts: {forecast}, isBrief}: {facts: SsoFacts; isBrief: boolean}) {
  if (!forecast) {
    return null;
  }
  return isBrief ? <ForecastSentence forecast={forecast} /> : <ForecastPicture forecast={forecast} />;
}
