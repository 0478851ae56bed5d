import type {Job} from '@disaster-recovery/contract';
import React, {useState} from 'react';
import type {Client} from '../client.ts';
import type {Dashboard as State} from '../facts/use_facts.ts';
import {JobCard, JobInPlace} from '../jobs/job_card.tsx';
import {isRunning} from '../jobs/job_state.ts';
import {SetsCard} from '../sets/sets_card.tsx';
import {SsoCard} from '../sso/sso_card.tsx';
import {Glance} from '../status/glance.tsx';
import {NextActions} from '../status/next_actions.tsx';
import {JobResult} from './job_result.tsx';

/** A job is shown beside the button that began it; only what belongs to the whole page has a card at the top. */
type Place = 'top' | 'set' | 'sso';

function placeOf(job: Job, openSet: string | null): Place {
  if (job.kind.startsWith('sso_')) {
    return 'sso';
  }
  return job.kind === 'verify' && openSet !== null && job.subject === openSet ? 'set' : 'top';
}

/** What is shown once there is a companion: the job, the numbers, what to do, the sets. */
export function Protected({state, client, now}: {state: State; client: Client; now: number}) {
  const {facts, follow, dismiss} = state;
  const {connection, status} = facts;
  const [openSet, setOpenSet] = useState<string | null>(null);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const isUp = connection?.reachable === true && !facts.statusFailure && !facts.connectionFailure;
  const hasRunning = isRunning(facts.job);
  const lastFailed = status?.last_failed?.id === dismissed ? null : (status?.last_failed ?? null);
  // The place of a job is taken by one that failed before only while there is no other.
  const job = facts.job ?? lastFailed;
  const place = job && placeOf(job, openSet);
  const report = {
    client,
    onChange: follow,
    onDismiss: () => {
      setDismissed(job?.id ?? null);
      dismiss();
    },
  };
  const inPlace = job && <JobInPlace key={job.id} job={job} result={<JobResult job={job} />} {...report} />;
  return (
    <>
      {job && place === 'top' && (isUp || !hasRunning) && (
        <JobCard key={job.id} job={job} result={<JobResult job={job} />} {...report} />
      )}
      {status && isUp && <Glance status={status} oldest={facts.sets?.at(-1)?.t0 ?? null} now={now} />}
      <SsoCard
        client={client}
        isUp={isUp}
        job={place === 'sso' ? job : null}
        shown={inPlace}
        now={now}
        clockSkew={facts.clockSkew}
        onStarted={follow}
      />
      <NextActions
        actions={isUp && status ? status.next_actions : []}
        isDown={connection?.reachable === false}
        canRestore={!status || status.last_set !== null || status.repository.outcome === 'failed'}
      />
      {(isUp || facts.sets) && (
        <SetsCard
          facts={facts}
          client={client}
          // Jobs that change accounts have a lane of their own and keep no verification waiting.
          isJobRunning={hasRunning && place !== 'sso'}
          now={now}
          openId={openSet}
          onOpen={setOpenSet}
          job={place === 'set' ? job : null}
          shown={inPlace}
          isRepositoryFailed={status?.repository.outcome === 'failed'}
          onStarted={follow}
        />
      )}
    </>
  );
}
