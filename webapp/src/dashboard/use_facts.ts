import type {Job, Status} from '@disaster-recovery/contract';
import {useCallback, useEffect, useRef, useState} from 'react';
import {useSelector} from 'react-redux';
import {isRunning, newerJob} from '../backup/job_state.ts';
import type {Client} from '../client.ts';
import {clock} from '../clock.ts';
import {selectLiveJob} from '../live_jobs.ts';
import {failureOf, NO_FACTS, type Facts} from './facts.ts';
import {usePolling} from './use_polling.ts';

const REFRESH_MS = 30_000;
const JOB_MS = 1_000;

export type Dashboard = {
  facts: Facts;
  isRefreshing: boolean;
  refresh(): Promise<void>;
  /** A job that was started or canceled here. */
  follow(job: Job): void;
  dismiss(): void;
};

/** Each list of sets is a run of the repository's program: it is asked for when the status says that it changed. */
function areSetsNew(status: Status, known: Facts): boolean {
  const newest = status.verdict.newer ?? status.last_set;
  const knownNewest = known.sets?.find(({kind}) => kind === 'backup');
  return known.setsFailure !== null || status.sets !== known.sets?.length || newest?.id !== knownNewest?.id;
}

async function askAll(client: Client, known: Facts): Promise<Partial<Facts>> {
  const connection = await client.connection();
  if (!connection.ok) {
    return {connectionFailure: failureOf(connection)};
  }
  const found: Partial<Facts> = {connection: connection.value, connectionFailure: null};
  if (!connection.value.enrolled) {
    return {...NO_FACTS, ...found};
  }
  if (!connection.value.reachable) {
    return {...found, statusFailure: null, setsFailure: null};
  }
  const [status, jobs, firstSets] = await Promise.all([
    client.status(),
    client.jobs(),
    known.sets ? null : client.sets(),
  ]);
  const sets = firstSets ?? (status.ok && areSetsNew(status.value, known) ? await client.sets() : null);
  return {
    ...found,
    statusFailure: failureOf(status),
    ...(sets ? {setsFailure: failureOf(sets)} : {}),
    ...(status.ok
      ? {status: status.value, clockSkew: status.value.now - clock(), job: newerJob(known.job, status.value.running)}
      : {}),
    ...(sets?.ok ? {sets: sets.value.sets} : {}),
    ...(jobs.ok ? {jobs: jobs.value.jobs} : {}),
  };
}

/** Asks, listens and keeps: every 30 s for everything, every second for a job that runs, and at once for an event. */
export function useFacts(client: Client): Dashboard {
  const [facts, setFacts] = useState(NO_FACTS);
  const [isRefreshing, setRefreshing] = useState(false);
  const newest = useRef(facts);
  newest.current = facts;
  const live = useSelector(selectLiveJob);

  const refresh = useCallback(async () => {
    setRefreshing(true);
    const found = await askAll(client, newest.current);
    setFacts((known) => ({...known, ...found, ...(found.job ? {job: newerJob(known.job, found.job)} : {})}));
    setRefreshing(false);
  }, [client]);

  const follow = useCallback((job: Job) => setFacts((known) => ({...known, job: newerJob(known.job, job)})), []);
  const dismiss = useCallback(() => setFacts((known) => ({...known, job: null})), []);

  const runningId = isRunning(facts.job) ? facts.job.id : null;
  const pollJob = useCallback(async () => {
    const reply = runningId ? await client.job(runningId) : null;
    if (reply?.ok) {
      follow(reply.value);
    } else if (reply?.status === 404) {
      dismiss();
    } else if (reply && reply.error.code !== 'NO_ANSWER') {
      await refresh();
    }
  }, [client, dismiss, follow, refresh, runningId]);

  usePolling(refresh, REFRESH_MS);
  usePolling(pollJob, runningId ? JOB_MS : null);

  useEffect(() => {
    if (live && (live.id === newest.current.job?.id || isRunning(live))) {
      follow(live);
    }
  }, [live, follow]);

  const wasRunning = useRef<string | null>(null);
  useEffect(() => {
    const ended = wasRunning.current;
    if (ended && !runningId) {
      void client.job(ended).then((reply) => reply.ok && follow(reply.value));
      void refresh();
    }
    wasRunning.current = runningId;
  }, [client, follow, refresh, runningId]);

  return {facts, isRefreshing, refresh, follow, dismiss};
}
