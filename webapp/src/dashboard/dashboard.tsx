import type {Job} from '@disaster-recovery/contract';
import React, {useEffect, useState} from 'react';
import {BACKUP_ANCHOR, BackupForm} from '../backup/backup_form.tsx';
import {JobCard} from '../backup/job_card.tsx';
import {isRunning} from '../backup/job_state.ts';
import type {Client} from '../client.ts';
import {useClock} from '../clock.ts';
import {FailureNotice} from '../components/failure_notice.tsx';
import {useRequest} from '../components/use_request.ts';
import {CONNECTION_ANCHOR, ConnectionCard} from '../connection/connection_card.tsx';
import {SetsCard} from '../sets/sets_card.tsx';
import {SsoCard} from '../sso/sso_card.tsx';
import {Glance} from '../status/glance.tsx';
import {headlineOf, type Action} from '../status/headline.ts';
import {NextActions} from '../status/next_actions.tsx';
import {Verdict} from '../status/verdict.tsx';
import {useFacts, type Dashboard as State} from './use_facts.ts';

const AGES_GROW_MS = 15_000;

/** Brings a card into view and says its title to who cannot see it. */
function goTo(anchor: string): void {
  const card = document.getElementById(anchor);
  card?.scrollIntoView({block: 'start', behavior: 'smooth'});
  (card?.querySelector<HTMLElement>('input:not([type=checkbox])') ?? card?.querySelector('h2'))?.focus({
    preventScroll: true,
  });
}

export function Dashboard({client}: {client: Client}) {
  const state = useFacts(client);
  const {facts, refresh, follow} = state;
  const [isEnrolling, setEnrolling] = useState(false);
  const [areOptionsOpen, setOptionsOpen] = useState(false);
  const [target, setTarget] = useState<string | null>(null);
  const start = useRequest();
  const now = useClock(AGES_GROW_MS) + facts.clockSkew;
  useEffect(() => {
    if (target) {
      goTo(target);
      setTarget(null);
    }
  }, [target]);
  const actions: Record<Action, () => void> = {
    enrol: () => setTarget(CONNECTION_ANCHOR),
    enrol_again: () => {
      setEnrolling(true);
      setTarget(CONNECTION_ANCHOR);
    },
    back_up: () => void start.send(() => client.startBackup({}), follow),
    try_again: () => void start.send(() => client.startBackup({}), follow),
    check_again: () => void refresh(),
  };
  const isChecking = state.isRefreshing && facts.connection !== null;
  const headline = headlineOf(facts, now);
  const canBackUp = headline.action === 'back_up' || headline.action === 'try_again';
  const started = (job: Job) => {
    setOptionsOpen(false);
    follow(job);
  };
  const isBusy = start.isBusy || (headline.action === 'check_again' && isChecking);
  return (
    <div className="dr-root dr-page">
      <Verdict
        headline={headline}
        isBusy={isBusy}
        areOptionsOpen={areOptionsOpen}
        onAction={(action) => actions[action]()}
        onOptions={() => {
          setOptionsOpen(!areOptionsOpen);
          setTarget(areOptionsOpen ? null : BACKUP_ANCHOR);
        }}
      />
      {start.failure && <FailureNotice failure={start.failure} />}
      {areOptionsOpen && canBackUp && <BackupForm client={client} onStarted={started} />}
      {facts.connection?.enrolled && <Protected state={state} client={client} now={now} />}
      {facts.connection && (
        <ConnectionCard
          connection={facts.connection}
          client={client}
          isEnrolling={isEnrolling}
          onEnrolling={setEnrolling}
          onChanged={() => void refresh()}
        />
      )}
    </div>
  );
}

/** What is shown once there is a companion: the job, the numbers, what to do, the sets. */
function Protected({state, client, now}: {state: State; client: Client; now: number}) {
  const {facts, follow, dismiss} = state;
  const {connection, status} = facts;
  const isUp = connection?.reachable === true && !facts.statusFailure && !facts.connectionFailure;
  const hasRunning = isRunning(facts.job);
  // Jobs that change accounts have a lane of their own and keep no verification waiting.
  const isLaneTaken = hasRunning && !facts.job?.kind.startsWith('sso_');
  const job = facts.job ?? status?.last_failed ?? null;
  return (
    <>
      {job && (isUp || !hasRunning) && (
        <JobCard job={job} client={client} onChange={follow} onDismiss={facts.job ? dismiss : null} />
      )}
      {status && isUp && <Glance status={status} oldest={facts.sets?.at(-1)?.t0 ?? null} now={now} />}
      {isUp && <SsoCard client={client} job={facts.job} now={now} clockSkew={facts.clockSkew} onStarted={follow} />}
      <NextActions
        actions={isUp && status ? status.next_actions : []}
        isDown={connection?.reachable === false}
        canRestore={!status || status.last_set !== null || status.repository.outcome === 'failed'}
      />
      {(isUp || facts.sets) && (
        <SetsCard facts={facts} client={client} isJobRunning={isLaneTaken} now={now} onStarted={follow} />
      )}
    </>
  );
}
