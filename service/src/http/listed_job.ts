import {VerifyVerdict, type Job, type ListedJob} from '@disaster-recovery/contract';

/** A job as lists show it: what a verification came to, and the whole result only when it was asked for. */
export function listedJob({result, ...job}: Job, withResult: boolean): ListedJob {
  const verdict = job.kind === 'verify' ? VerifyVerdict.safeParse(result).data : undefined;
  return {...job, ...(withResult && {result}), verified: verdict ?? null};
}
