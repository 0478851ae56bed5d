import {Gauge, Registry} from 'prom-client';
import {ALARMS, newestGood, Verdict, type AlarmCode, type Job, type ListedSet} from '@disaster-recovery/contract';
import type {Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Repositories, Sets, Surveyed} from '../sets/index.ts';
import type {StatusReport} from '../status/index.ts';

const CACHE_MS = 30_000;
const PATIENCE_MS = 8000;
const JOBS_COUNTED = 100;
const PREFIX = 'disaster_recovery_';

export type MetricsParts = {
  sets: Pick<Sets, 'show'>;
  repositories: Pick<Repositories, 'ask'>;
  status: Pick<StatusReport, 'judge'>;
  jobs: Pick<Jobs, 'newest'>;
  notify: {known(): {code: AlarmCode; about: string | null}[]};
  rpoObjectiveMs: number | null;
  clock: Clock;
  log: Logger;
};

/** What the repository last told. It is kept while the repository is down: the age of the last good set must go on growing. */
type Facts = {
  up: boolean;
  sets: ListedSet[] | null;
  lastGood: ListedSet | null;
  missing: number | null;
  each: readonly Known[];
};

/** What one repository last told, by its name. */
type Known = {name: string; up: boolean; locked: boolean | null; sets: ListedSet[] | null};

const VERDICTS = Verdict.shape.kind.options;

export type Metrics = {text(): Promise<string>};

/** Prometheus metrics, made at each scrape; the repository is asked every 30 s at most and never waited for longer than 8 s. */
export function createMetrics(parts: MetricsParts): Metrics {
  const {clock, log} = parts;
  let facts: Facts = {up: false, sets: null, lastGood: null, missing: null, each: []};
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  async function refresh(): Promise<void> {
    try {
      const asked = await parts.repositories.ask({locks: true});
      facts = {...facts, each: asked.map((each) => knownOf(each, facts.each))};
      facts = await readFacts(parts, facts, asked);
    } catch (error) {
      facts = {...facts, up: false};
      log.warn({code: asFailure(error).code}, 'The repository could not be read for the metrics.');
    } finally {
      readAt = clock.now();
      reading = null;
    }
  }

  async function currentFacts(): Promise<Facts> {
    if (clock.now() - readAt < CACHE_MS) {
      return facts;
    }
    reading ??= refresh();
    const patience = new AbortController();
    const isRead = await Promise.race([
      reading.then(() => true),
      clock.sleep(PATIENCE_MS, patience.signal).then(
        () => false,
        () => true,
      ),
    ]);
    patience.abort();
    return isRead ? facts : {...facts, up: false, each: facts.each.map((known) => ({...known, up: false}))};
  }

  return {text: async () => render(await currentFacts(), parts.jobs.newest(JOBS_COUNTED), parts)};
}

/** What was told before is kept while a repository is down: ages must go on growing. */
function knownOf({name, failure, sets, locked}: Surveyed, before: readonly Known[]): Known {
  const was = before.find((known) => known.name === name);
  return {name, up: failure === null, locked, sets: failure ? (was?.sets ?? null) : sets};
}

async function readFacts({sets, status}: MetricsParts, before: Facts, asked: readonly Surveyed[]): Promise<Facts> {
  const inUse = asked.find((each) => each.inUse);
  if (!inUse || inUse.failure) {
    throw inUse?.failure ?? new Error('one repository is in use');
  }
  const all = inUse.sets;
  const best = all.find(({id}) => id === status.judge(all).set);
  const lastGood = best?.standing.kind === 'good' && best.in.some(({complete}) => complete) ? best : null;
  const isKnown = lastGood !== null && lastGood.id === before.lastGood?.id && before.missing !== null;
  const missing = isKnown ? before.missing : lastGood && (await sets.show(lastGood.id)).cross_check.missing;
  return {...before, up: true, sets: all, lastGood, missing};
}

function render(
  facts: Facts,
  jobs: readonly Job[],
  {clock, rpoObjectiveMs, status, notify}: MetricsParts,
): Promise<string> {
  const registry = new Registry();
  const {lastGood} = facts;
  const set = (name: string, help: string, value: number | null | undefined) => {
    // A gauge without a value would read 0, and nobody would be alarmed.
    if (value !== null && value !== undefined) {
      new Gauge({name: PREFIX + name, help, registers: [registry]}).set(value);
    }
  };
  set('repository_up', 'Whether the repository could be read at the last try.', facts.up ? 1 : 0);
  set('sets', 'Sealed sets in the repository.', facts.sets?.length);
  setVerdict(registry, status.judge(facts.up ? facts.sets : null).kind);
  setRepositories(registry, facts.each, clock.now());
  setAlarms(registry, notify.known());
  set('last_good_set_timestamp_seconds', 'T0 of the newest good set.', lastGood && lastGood.t0 / 1000);
  set(
    'last_good_set_age_seconds',
    'Time since T0 of the newest good set.',
    lastGood && (clock.now() - lastGood.t0) / 1000,
  );
  set('last_set_bytes', 'Bytes that a restore of the newest good set writes.', lastGood?.bytes);
  set('last_set_added_bytes', 'Bytes that the newest good set added to the repository.', lastGood?.bytes_added);
  set('missing_files', 'Files that the database of the newest good set names and that are not there.', facts.missing);
  set('last_backup_duration_seconds', 'How long the newest good backup took.', lastBackupSeconds(jobs));
  set('rpo_objective_seconds', 'Recovery point objective.', rpoObjectiveMs && rpoObjectiveMs / 1000);
  const counts = new Gauge({
    name: `${PREFIX}jobs`,
    help: `The newest ${JOBS_COUNTED} jobs by kind and status.`,
    labelNames: ['kind', 'status'],
    registers: [registry],
  });
  for (const {kind, status} of jobs) {
    counts.inc({kind, status});
  }
  return registry.metrics();
}

/**
 * The same of each repository, under names of their own: the names without a label are about the one in use, and an alarm on
 * them must not begin to speak of copies, whose objectives are others.
 */
function setRepositories(registry: Registry, each: readonly Known[], now: number): void {
  const gauge = (name: string, help: string, valueOf: (known: Known) => number | null): void => {
    const values = each.flatMap((known) => {
      const value = valueOf(known);
      return value === null ? [] : [{repository: known.name, value}];
    });
    if (values.length > 0) {
      const made = new Gauge({
        name: `${PREFIX}repository_${name}`,
        help,
        labelNames: ['repository'],
        registers: [registry],
      });
      values.forEach(({repository, value}) => made.set({repository}, value));
    }
  };
  gauge('reachable', 'Whether this repository could be read at the last try.', ({up}) => (up ? 1 : 0));
  gauge('sets', 'Sealed sets in this repository.', ({sets}) => sets?.length ?? null);
  gauge('locked', 'Whether a program is at work in this repository, or died at it.', ({locked}) =>
    locked === null ? null : Number(locked),
  );
  gauge('last_good_set_timestamp_seconds', 'T0 of the newest good set that is whole in this repository.', (known) => {
    const t0 = newestT0(known);
    return t0 === null ? null : t0 / 1000;
  });
  gauge(
    'last_good_set_age_seconds',
    'Time since T0 of the newest good set that is whole in this repository.',
    (known) => {
      const t0 = newestT0(known);
      return t0 === null ? null : (now - t0) / 1000;
    },
  );
}

const newestT0 = ({sets}: Known): number | null => (sets && newestGood(sets))?.t0 ?? null;

/** One series for each alarm that there can be, and one more for each that is on about something. */
function setAlarms(registry: Registry, on: ReturnType<MetricsParts['notify']['known']>): void {
  const gauge = new Gauge({
    name: `${PREFIX}alarm`,
    help: 'Whether this alarm was on at the last look; docs/alarms.md says what each means.',
    labelNames: ['code', 'level', 'about'],
    registers: [registry],
  });
  for (const [code, {level}] of Object.entries(ALARMS)) {
    const mine = on.filter((alarm) => alarm.code === code);
    gauge.set({code, level, about: ''}, mine.some(({about}) => about === null) ? 1 : 0);
    for (const {about} of mine) {
      gauge.set({code, level, about: about ?? ''}, 1);
    }
  }
}

/** One series for each kind, so that an alert can name the kinds that it is about. */
function setVerdict(registry: Registry, kind: Verdict['kind']): void {
  const gauge = new Gauge({
    name: `${PREFIX}verdict`,
    help: 'Whether this server can be recovered: 1 for the verdict of now, 0 for the others.',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const each of VERDICTS) {
    gauge.set({kind: each}, each === kind ? 1 : 0);
  }
}

function lastBackupSeconds(jobs: readonly Job[]): number | null {
  const job = jobs.find(({kind, status}) => kind === 'backup' && (status === 'success' || status === 'warning'));
  return job?.started_at && job.finished_at ? (job.finished_at - job.started_at) / 1000 : null;
}
