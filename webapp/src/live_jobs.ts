import type {Job} from '@disaster-recovery/contract';
import {PLUGIN_ID} from './plugin_id.ts';

/** The newest job that the server told us about over the websocket. */
export type LiveState = {job: Job | null};

const RECEIVED_JOB = `${PLUGIN_ID}/received_job`;

type ReceivedJob = {type: string; job?: Job};

const nothing: LiveState = {job: null};

export function liveJobs(state: LiveState = nothing, action: ReceivedJob): LiveState {
  return action.type === RECEIVED_JOB && action.job ? {job: action.job} : state;
}

export function receivedJob(job: Job): ReceivedJob {
  return {type: RECEIVED_JOB, job};
}

export function selectLiveJob(state: object): Job | null {
  const slice = (state as Record<string, LiveState | undefined>)[`plugins-${PLUGIN_ID}`];
  return slice?.job ?? null;
}

/** The payload is a Job as JSON text. What is not one is ignored: polling tells the truth anyway. */
export function parseJobMessage(message: unknown): Job | null {
  const text = (message as {data?: {job?: unknown}} | null)?.data?.job;
  if (typeof text !== 'string') {
    return null;
  }
  try {
    const job = JSON.parse(text) as Partial<Job> | null;
    return job && typeof job.id === 'string' && typeof job.status === 'string' && Array.isArray(job.steps)
      ? (job as Job)
      : null;
  } catch {
    return null;
  }
}
