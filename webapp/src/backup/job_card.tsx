import type {Job} from '@disaster-recovery/contract';
import React, {useState} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Card} from '../components/card.tsx';
import {ConfirmDialog} from '../components/dialog.tsx';
import {FailureNotice, FailureText} from '../components/failure_notice.tsx';
import {Icon} from '../components/icon.tsx';
import {useRequest} from '../components/use_request.ts';
import {useSay} from '../i18n/say.tsx';
import type {Tone} from '../status/headline.ts';
import {JobResult} from './job_result.tsx';
import {outcomeOf, type JobOutcome} from './job_state.ts';
import {ProgressBar} from './progress_bar.tsx';
import {StepList} from './step_list.tsx';

const TONES: Record<JobOutcome, Tone> = {
  running: 'busy',
  done: 'good',
  warned: 'attention',
  failed: 'bad',
  canceled: 'quiet',
};

type Props = {job: Job; client: Client; onChange(job: Job): void; onDismiss: (() => void) | null};

/** A job from its start to its end: what it does now, and then what came of it. */
export function JobCard({job, client, onChange, onDismiss}: Props) {
  const say = useSay();
  const outcome = outcomeOf(job);
  const who = job.actor.kind === 'mattermost' ? `@${job.actor.name}` : job.actor.name;
  const asked = {when: {since: job.started_at ?? job.created_at}, who};
  return (
    <Card
      className={`dr-job dr-tone-${TONES[outcome]}`}
      title={
        <>
          <Icon tone={TONES[outcome]} size={18} /> {say(`job.${job.kind}.${outcome}`)}
        </>
      }
      aside={
        outcome === 'running' ? (
          <CancelButton job={job} client={client} onChange={onChange} />
        ) : (
          onDismiss && <Button onClick={onDismiss}>{say('job.dismiss')}</Button>
        )
      }
    >
      <p className="dr-dim">
        {job.reason ? say('job.asked_by_because', {...asked, reason: job.reason}) : say('job.asked_by', asked)}
        {job.started_at &&
          job.finished_at &&
          ` · ${say('job.took', {duration: {duration: job.finished_at - job.started_at}})}`}
      </p>
      {outcome === 'running' && <Running job={job} />}
      {job.error && outcome !== 'running' && (
        <div className="dr-failure" role="alert">
          <FailureText error={job.error} />
        </div>
      )}
      {outcome === 'failed' && job.kind === 'backup' && <p>{say('job.failed.nothing_lost')}</p>}
      {outcome !== 'running' && <JobResult job={job} />}
      {outcome !== 'done' && <StepList steps={job.steps} hasEnded={outcome !== 'running'} />}
    </Card>
  );
}

function Running({job}: {job: Job}) {
  const say = useSay();
  if (job.status === 'cancel_requested') {
    return <p role="status">{say('job.stopping')}</p>;
  }
  return job.progress ? <ProgressBar progress={job.progress} /> : <p role="status">{say('job.waiting')}</p>;
}

function CancelButton({job, client, onChange}: {job: Job; client: Client; onChange(job: Job): void}) {
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const {failure, isBusy, send} = useRequest();
  const cancel = () => {
    setAsking(false);
    void send(() => client.cancel(job.id), onChange);
  };
  return (
    <>
      {failure && <FailureNotice failure={failure} />}
      <Button disabled={isBusy || job.status === 'cancel_requested'} onClick={() => setAsking(true)}>
        {say('job.cancel')}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title="job.cancel.title"
          confirm="job.cancel.confirm"
          keep="job.cancel.keep"
          onConfirm={cancel}
          onClose={() => setAsking(false)}
        >
          <p>{say(job.kind.startsWith('sso_') ? 'job.cancel.text.sso' : 'job.cancel.text')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
