import type {Job, SetSummary, VerifyRequest} from '@disaster-recovery/contract';
import React, {useState} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Copyable} from '../components/copyable.tsx';
import {Definitions} from '../components/definitions.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {useRequest} from '../components/use_request.ts';
import {useStableId} from '../components/use_stable_id.ts';
import {useBare, useSay} from '../i18n/say.tsx';
import {Omissions} from './omissions.tsx';

type Level = VerifyRequest['level'];
type Props = {set: SetSummary; client: Client; isJobRunning: boolean; onStarted(job: Job): void};

const LEVELS: readonly Level[] = ['L0', 'L1', 'L2', 'L3'];

export function SetDetails({set, client, isJobRunning, onStarted}: Props) {
  const say = useSay();
  const bare = useBare();
  return (
    <div className="dr-details">
      <Definitions
        rows={[
          ['set.id', <Copyable key="id" text={set.id} />],
          ['set.t0', bare({moment: set.t0})],
          ['set.restores', bare({bytes: set.bytes})],
          ['set.server', set.server_version ?? say('set.unknown')],
          ['set.reason', set.reason || null],
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
        <VerifyForm set={set} client={client} isJobRunning={isJobRunning} onStarted={onStarted} />
      </div>
    </div>
  );
}

function VerifyForm({set, client, isJobRunning, onStarted}: Props) {
  const say = useSay();
  const id = useStableId();
  const [level, setLevel] = useState<Level>('L2');
  const {failure, isBusy, send} = useRequest();
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
      {isJobRunning && <p className="dr-dim">{say('set.verify.busy')}</p>}
      {failure && <FailureNotice failure={failure} />}
    </div>
  );
}
