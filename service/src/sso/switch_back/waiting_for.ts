import type {Job, WaitingFor} from '@disaster-recovery/contract';

/** Whom a running switch back waits for. */
export function waitingFor(job: Job | null): WaitingFor | null {
  const {waiting, phase} = job?.progress ?? {};
  const isStill = job?.steps.some(({name, outcome}) => name === phase && outcome === 'running');
  return job?.kind === 'sso_switch_back' && job.status === 'in_progress' && isStill ? (waiting ?? null) : null;
}
