import type {ExtendResult, Job, SwitchBackResult, SwitchResult} from '@disaster-recovery/contract';
import React from 'react';
import {ServerText} from '../components/server_text.tsx';
import {useSay} from '../i18n/say.tsx';

const SHOWN = 20;

/** What came of a job that changed accounts or sessions: the counts, and who needs a look. */
export function SsoJobResult({job}: {job: Job}) {
  const say = useSay();
  const result = job.result as object | null | undefined;
  if (!result) {
    return null;
  }
  if (job.kind === 'sso_extend') {
    const {extended, people, until, already_longer: longer, failed} = result as ExtendResult;
    return <p>{say('sso.result.extend', {extended, people, until: {since: until}, longer, failed})}</p>;
  }
  if (job.kind === 'sso_switch') {
    const {switched, already, conflicts, failed, people} = result as SwitchResult;
    return (
      <>
        <p>{say('sso.result.switch', {switched, already, conflicts, failed})}</p>
        <Troubled people={people} />
      </>
    );
  }
  if (job.kind === 'sso_switch_back') {
    const {returned, conflicts, failed, sessions_revoked: revoked, people} = result as SwitchBackResult;
    return (
      <>
        <p>{say('sso.result.switch_back', {returned, conflicts, failed, revoked})}</p>
        <Troubled people={people} />
      </>
    );
  }
  return null;
}

function Troubled({
  people,
}: {
  people: readonly {id: string; username: string; outcome: string; message: string | null}[];
}) {
  const troubled = (people ?? []).filter(({outcome}) => outcome === 'conflict' || outcome === 'failed').slice(0, SHOWN);
  return troubled.length === 0 ? null : (
    <ul className="dr-plain">
      {troubled.map(({id, username, message}) => (
        <li key={id}>
          @{username} {message && <ServerText text={message} />}
        </li>
      ))}
    </ul>
  );
}
