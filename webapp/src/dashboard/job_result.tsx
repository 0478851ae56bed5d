import type {Job} from '@disaster-recovery/contract';
import React from 'react';
import {asManifest, BackupResult} from '../sets/backup_result.tsx';
import {asVerifyResult, VerifyFindings} from '../sets/verify_findings.tsx';
import {SsoJobResult} from '../sso/sso_job_result.tsx';

/** What came of a job, by its kind. */
export function JobResult({job}: {job: Job}) {
  const manifest = asManifest(job);
  const verified = asVerifyResult(job);
  return (
    <>
      {manifest && <BackupResult manifest={manifest} job={job} />}
      {verified && <VerifyFindings result={verified} />}
      <SsoJobResult job={job} />
    </>
  );
}
