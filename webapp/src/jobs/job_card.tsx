import type {Job} from '@disaster-recovery/contract';
import React, {useState, type ReactNode} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Card} from '../components/card.tsx';
import {ConfirmDialog} from '../components/dialog.tsx';
import {ErrorDetails, FailureNotice} from '../components/failure_notice.tsx';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import type {Tone} from '../components/tone.ts';
import {useRequest} from '../components/use_request.ts';
import {useStableId} from '../components/use_stable_id.ts';
import {useSay} from '../i18n/say.tsx';
import {headOf, outcomeOf, type JobOutcome} from './job_state.ts';
import {ProgressBar} from './progress_bar.tsx';
import {StepList} from './step_list.tsx';

const TONES: Record<JobOutcome, Tone> = {
  running: 'busy',
  done: 'good',
  warned: 'attention',
  failed: 'bad',
  canceled: 'quiet',
};

type Props = {
  job: Job;
  client: Client;
  /** What came of it, once it has ended. */
  result: ReactNode;
  onChange(job: Job): void;
  onDismiss: (() => void) | null;
};

/** A job from its start to its end, as a card of its own. */
export function JobCard(props: Props) {
  const tone = TONES[outcomeOf(props.job)];
  return (
    <Card className={`dr-job dr-tone-${tone}`} title={<Title job={props.job} />} aside={<Aside {...props} />}>
      <Report {...props} />
    </Card>
  );
}

/** The same beside the button that began it. */
export function JobInPlace(props: Props) {
  const id = useStableId();
  return (
    <section className={`dr-job dr-job-in-place dr-tone-${TONES[outcomeOf(props.job)]}`} aria-labelledby={id}>
      <div className="dr-card-head">
        <h3 id={id}>
          <Title job={props.job} />
        </h3>
        <Aside {...props} />
      </div>
      <Report {...props} />
    </section>
  );
}

function Title({job}: {job: Job}) {
  const outcome = outcomeOf(job);
  return (
    <>
      <Icon tone={TONES[outcome]} size={18} /> {useSay()(`job.${job.kind}.${outcome}`)}
    </>
  );
}

function Aside({job, client, onChange, onDismiss}: Props) {
  const say = useSay();
  if (outcomeOf(job) === 'running') {
    return <CancelButton job={job} client={client} onChange={onChange} />;
  }
  return onDismiss && <Button onClick={onDismiss}>{say('job.dismiss')}</Button>;
}

/** What it does now, and then what came of it. */
function Report({job, result}: Props) {
  const say = useSay();
  const outcome = outcomeOf(job);
  const who = job.actor.kind === 'mattermost' ? `@${job.actor.name}` : job.actor.name;
  const asked = {when: {since: job.started_at ?? job.created_at}, who};
  return (
    <>
      <p className="dr-dim">
        {job.reason ? say('job.asked_by_because', {...asked, reason: job.reason}) : say('job.asked_by', asked)}
        {job.started_at &&
          job.finished_at &&
          ` · ${say('job.took', {duration: {duration: job.finished_at - job.started_at}})}`}
      </p>
      {outcome === 'running' && <Running job={job} />}
      {job.error && (outcome === 'failed' || outcome === 'warned') && (
        <div className="dr-failure" role="alert">
          <p className="dr-failure-message">
            <Icon tone="bad" size={14} /> <ServerText text={job.error.message} />
          </p>
          <ErrorDetails error={job.error} />
        </div>
      )}
      {(outcome === 'failed' || outcome === 'canceled') && job.kind === 'backup' && (
        <p>{say('job.failed.nothing_lost')}</p>
      )}
      {outcome !== 'running' && result}
      {outcome !== 'done' && <StepList steps={job.steps} hasEnded={outcome !== 'running'} />}
    </>
  );
}

function Running({job}: {job: Job}) {
  const say = useSay();
  if (job.status === 'cancel_requested') {
    return <p role="status">{say('job.stopping')}</p>;
  }
  const head = headOf(job);
  return head ? <ProgressBar head={head} /> : <p role="status">{say('job.waiting')}</p>;
}

function CancelButton({job, client, onChange}: {job: Job; client: Client; onChange(job: Job): void}) {
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const cancel = () => {
    setAsking(false);
    void send(() => client.cancel(job.id), onChange);
  };
  return (
    <>
      <FailureNotice failure={failure} what="not_done.cancel" onDismiss={forget} />
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
