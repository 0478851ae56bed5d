import type {Job, Status} from '@disaster-recovery/contract';
import {useCallback, useEffect, useRef, useState} from 'react';
import {useSelector} from 'react-redux';
import {failureOf, type Client} from '../client.ts';
import {clock} from '../clock.ts';
import {usePolling} from '../components/use_polling.ts';
import {isRunning, newerJob, outcomeOf} from '../jobs/job_state.ts';
import {selectLiveJob} from '../live_jobs.ts';
import {PLUGIN_ID} from '../plugin_id.ts';
import {NO_FACTS, type Facts} from './facts.ts';

const REFRESH_MS = 30_000;
const JOB_MS = 1_000;
/** While events come, nothing is asked. */
const SILENCE_MS = 5_000;
/** The list of jobs is asked for when a job was seen to end; a job that nobody saw shows up after this. */
const JOBS_MS = 10 * 60_000;

export type Dashboard = {
  facts: Facts;
  isRefreshing: boolean;
  refresh(): Promise<boolean>;
  /** A job that was started or canceled here. */
  follow(job: Job): void;
  dismiss(): void;
};

/** Where the plugin's settings say that the companion is, as the host's store has it. */
function selectSettings(state: object): string {
  const {entities} = state as {
    entities?: {admin?: {config?: {PluginSettings?: {Plugins?: Record<string, unknown> | undefined}}}};
  };
  return JSON.stringify(entities?.admin?.config?.PluginSettings?.Plugins?.[PLUGIN_ID] ?? null);
}

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
  const areJobsOld = known.jobsAt === null || clock() - known.jobsAt > JOBS_MS;
  const [status, jobs, firstSets] = await Promise.all([
    client.status(),
    areJobsOld ? client.jobs() : null,
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
    ...(sets?.ok ? {sets: sets.value.sets, setsFindings: sets.value.findings ?? []} : {}),
    ...(jobs?.ok ? {jobs: jobs.value.jobs, jobsAt: clock()} : {}),
  };
}

/** Asks, listens and keeps: every 30 s for everything, every second for a job that runs and sends no events, and at once for an event. */
export function useFacts(client: Client): Dashboard {
  const [facts, setFacts] = useState(NO_FACTS);
  const [isRefreshing, setRefreshing] = useState(false);
  const newest = useRef(facts);
  newest.current = facts;
  const heardAt = useRef(0);
  const settling = useRef<string | null>(null);

  const refresh = useCallback(async () => {
    setRefreshing(true);
    const found = await askAll(client, newest.current);
    setFacts((known) => ({...known, ...found, ...(found.job ? {job: newerJob(known.job, found.job)} : {})}));
    setRefreshing(false);
    return !found.connectionFailure && !found.statusFailure && found.connection?.reachable !== false;
  }, [client]);

  /** A job has ended: its end is shown together with what is true after it, so that neither contradicts the other. */
  const settle = useCallback(
    async (ended: Job) => {
      settling.current = ended.id;
      await client.configurationChanged();
      const [reply, found] = await Promise.all([
        client.job(ended.id),
        askAll(client, {...newest.current, jobsAt: null}),
      ]);
      settling.current = null;
      setFacts((known) => ({...known, ...found, job: newerJob(ended, reply.ok ? reply.value : null)}));
    },
    [client],
  );

  const follow = useCallback(
    (job: Job) => {
      const known = newest.current.job;
      const isTheEnd = known?.id === job.id && outcomeOf(known) === 'running' && outcomeOf(job) !== 'running';
      if (!isTheEnd) {
        setFacts((before) => ({...before, job: newerJob(before.job, job)}));
      } else if (settling.current !== job.id) {
        void settle(job);
      }
    },
    [settle],
  );
  const dismiss = useCallback(() => setFacts((known) => ({...known, job: null})), []);

  const runningId = isRunning(facts.job) ? facts.job.id : null;
  const pollJob = useCallback(async () => {
    if (!runningId || settling.current === runningId || clock() - heardAt.current < SILENCE_MS) {
      return true;
    }
    const reply = await client.job(runningId);
    if (reply.ok) {
      follow(reply.value);
    } else if (reply.status === 404) {
      dismiss();
    } else {
      await refresh();
    }
    return reply.ok;
  }, [client, dismiss, follow, refresh, runningId]);

  // Saved on this page or another one: what comes of it is shown at once.
  const settings = useSelector(selectSettings);
  const seen = useRef(settings);
  useEffect(() => {
    if (seen.current !== settings) {
      seen.current = settings;
      void refresh();
    }
  }, [settings, refresh]);

  usePolling(refresh, REFRESH_MS);
  usePolling(pollJob, runningId ? JOB_MS : null);

  const live = useSelector(selectLiveJob);
  useEffect(() => {
    if (live && (live.id === newest.current.job?.id || isRunning(live))) {
      heardAt.current = clock();
      follow(live);
    }
  }, [live, follow]);

  return {facts, isRefreshing, refresh, follow, dismiss};
}
