import type {Job, SetSummary, VerifyRequest} from '@disaster-recovery/contract';
import React, {useState, type ReactNode} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Copyable} from '../components/copyable.tsx';
import {Definitions} from '../components/definitions.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useRequest} from '../components/use_request.ts';
import {useStableId} from '../components/use_stable_id.ts';
import {useBare, useSay} from '../i18n/say.tsx';
import {isRunning} from '../jobs/job_state.ts';
import {Omissions} from './omissions.tsx';

type Level = VerifyRequest['level'];
type Props = {
  set: SetSummary;
  client: Client;
  isJobRunning: boolean;
  /** A verification of this very set, and how it is shown. */
  job: Job | null;
  shown: ReactNode;
  onStarted(job: Job): void;
};

const LEVELS: readonly Level[] = ['L0', 'L1', 'L2', 'L3'];

export function SetDetails(props: Props) {
  const {set} = props;
  const say = useSay();
  const bare = useBare();
  const count = (unit: 'rows' | 'files', value: number) =>
    bare({message: {id: `unit.${unit}`, values: {count: value}}});
  return (
    <div className="dr-details">
      <Definitions
        rows={[
          ['set.id', <Copyable key="id" text={set.id} />],
          ['set.t0', bare({moment: set.t0})],
          ['result.database', set.scope.includes('database') ? count('rows', set.rows) : null],
          ['result.files', set.scope.includes('files') ? count('files', set.files) : null],
          ['set.restores', bare({bytes: set.bytes})],
          ['result.added', bare({bytes: set.bytes_added})],
          ['set.server', set.server_version ?? say('set.unknown')],
          ['set.reason', set.reason ? <ServerText key="reason" text={set.reason} /> : null],
        ]}
      />
      <Omissions omitted={set.omitted} />
      <div className="dr-columns">
        <div>
          <h3>{say('set.restore')}</h3>
          <p className="dr-dim">{say('set.restore.where')}</p>
          <p>{say('set.restore.plan')}</p>
          <Copyable text={`drctl restore ${set.id} --dry-run`} />
          <p>{say('set.restore.run')}</p>
          <Copyable text={`drctl restore ${set.id}`} />
        </div>
        <VerifyForm {...props} />
      </div>
      {props.job && props.shown}
    </div>
  );
}

function VerifyForm({set, client, isJobRunning, job, onStarted}: Props) {
  const say = useSay();
  const id = useStableId();
  const [level, setLevel] = useState<Level>('L2');
  const {failure, isBusy, send, forget} = useRequest();
  return (
    <div>
      <h3>{say('set.verify')}</h3>
      <div className="dr-verify">
        <label htmlFor={id}>{say('set.verify.level')}</label>
        <select id={id} className="dr-input" value={level} onChange={(event) => setLevel(event.target.value as Level)}>
          {LEVELS.map((rung) => (
            <option key={rung} value={rung}>
              {say(`set.verify.${rung}`)}
            </option>
          ))}
        </select>
        <Button
          disabled={isBusy || isJobRunning}
          onClick={() => void send(() => client.startVerify({set: set.id, level}), onStarted)}
        >
          {say('set.verify.start')}
        </Button>
      </div>
      {isJobRunning && !isRunning(job) && <p className="dr-dim">{say('set.verify.busy')}</p>}
      <FailureNotice failure={failure} what="not_done.verify" onDismiss={forget} />
    </div>
  );
}
