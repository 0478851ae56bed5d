import type {Job, VerifyResult} from '@disaster-recovery/contract';
import React from 'react';
import {Badge} from '../components/badge.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useSay} from '../i18n/say.tsx';
import {Omissions} from './omissions.tsx';

export function asVerifyResult(job: Job): VerifyResult | null {
  const result = job.result as Partial<VerifyResult> | null | undefined;
  return job.kind === 'verify' && Array.isArray(result?.findings) ? (result as VerifyResult) : null;
}

/** What a verification found, or that it found nothing. */
export function VerifyFindings({result}: {result: VerifyResult}) {
  const say = useSay();
  return (
    <>
      <p>{say('result.verify', {level: result.level, set: result.set, count: result.findings.length})}</p>
      <ul className="dr-plain">
        {result.findings.map((finding, index) => (
          <li key={index}>
            <Badge tone={finding.severity === 'error' ? 'bad' : 'attention'}>
              {say(finding.severity === 'error' ? 'result.finding.error' : 'result.finding.warning')}
            </Badge>{' '}
            <ServerText text={finding.message} /> {finding.where && <code>{finding.where}</code>}{' '}
            {finding.remedy && <ServerText text={finding.remedy} />}
          </li>
        ))}
      </ul>
      <Omissions omitted={result.omitted ?? []} />
    </>
  );
}
