import {SwitchBackResult, SwitchResult, type Incident, type Job} from '@disaster-recovery/contract';
import {formatDuration} from '../../kernel/format.ts';
import {plain} from '../../words/markdown.ts';
import {people} from '../../words/plural.ts';

/** Something of an outage that others should hear of. `what`: by which it is known again. */
export type Happened = {what: string; at: number; says: string};

const STATUS = '`/dr sso status` says where it stands.';

/** What happened, in its order: from the newest incident and from the jobs, whichever process did it. Pure. */
export function whatHappened(incident: Incident | null, jobs: readonly Job[]): Happened[] {
  return [...(incident ? ofIncident(incident) : []), ...jobs.flatMap(ofJob)].sort((a, b) => a.at - b.at);
}

function ofIncident({id, reason, declared_at, declared_by, closed_at}: Incident): Happened[] {
  const declared: Happened = {
    what: `declared ${id}`,
    at: declared_at,
    says: `**An SSO outage is declared** by ${plain(declared_by.name)}: ${plain(reason)}. Nobody's sign-in is changed by that. ${STATUS}`,
  };
  const closed = (at: number): Happened => ({
    what: `closed ${id}`,
    at,
    says: `**The SSO outage is closed** (${plain(reason)}) after ${formatDuration(at - declared_at)}. Everyone and everything is as it was before.`,
  });
  return closed_at === null ? [declared] : [declared, closed(closed_at)];
}

const ACTS = {sso_switch: 'switch to email and password', sso_switch_back: 'switch back to single sign-on'} as const;

function ofJob(job: Job): Happened[] {
  const {id, kind, actor, started_at, finished_at} = job;
  if (kind !== 'sso_switch' && kind !== 'sso_switch_back') {
    return [];
  }
  // What began and ended between two looks is told as one.
  return finished_at === null
    ? [
        {
          what: `began ${id}`,
          at: started_at ?? job.created_at,
          says: `**A ${ACTS[kind]} has begun**, asked for by ${plain(actor.name)}. ${STATUS}`,
        },
      ]
    : [{what: `ended ${id}`, at: finished_at, says: `**${ended(job, ACTS[kind])}** ${STATUS}`}];
}

function ended(job: Job, act: string): string {
  const by = ` Asked for by ${plain(job.actor.name)}.`;
  if (job.status === 'canceled') {
    return `A ${act} was canceled; what it had done stays done.${by}`;
  }
  if (job.error !== null) {
    return `A ${act} ended with an error: ${plain(job.error.message)}${by}`;
  }
  const {done, troubled} = countsOf(job);
  const others = troubled > 0 ? `; ${people(troubled)} not, see the return list` : '';
  return `A ${act} is done: ${people(done)}${others}.${by}`;
}

function countsOf({kind, result}: Job): {done: number; troubled: number} {
  if (kind === 'sso_switch') {
    const {data} = SwitchResult.safeParse(result);
    return {done: data?.switched ?? 0, troubled: (data?.failed ?? 0) + (data?.conflicts ?? 0)};
  }
  const {data} = SwitchBackResult.safeParse(result);
  return {done: data?.returned ?? 0, troubled: (data?.failed ?? 0) + (data?.conflicts ?? 0)};
}
