import {withFormerNames, type BridgeEvent, type Event, type Job} from '@disaster-recovery/contract';
import {hasEnded, type Jobs} from '../jobs/index.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import {createSender, refusal, type Sender} from './sender.ts';

const EVERY_MS = 1000;
const TRIES = 8;
/** A manifest can be large; pages fetch the result of a job that ended. */
const LARGEST_EVENT = 32_000;

export type BrowserEventParts = {
  jobs: Pick<Jobs, 'get'>;
  bridge: {publish(event: BridgeEvent): Promise<void>};
  clock: Clock;
  log: Logger;
};

export type BrowserEvents = {note(event: Event): void; flush(): Promise<void>};

/** Tells the browsers of system administrators how each job stands: once a second while it runs, and its end for certain. */
export function createBrowserEvents({jobs, bridge, clock, log}: BrowserEventParts): BrowserEvents {
  const changed = new Set<string>();
  const senders = new Map<string, Sender>();

  async function tell(id: string, sender: Sender): Promise<void> {
    const job = jobs.get(id);
    try {
      changed.delete(id);
      if (!(await sender.attempt(() => bridge.publish({job: jobText(job)})))) {
        changed.add(id);
        return;
      }
    } catch (error) {
      const failure = asFailure(error);
      if (!hasEnded(job.status) || (sender.failures() < TRIES && refusal(failure) === null)) {
        changed.add(id);
        return;
      }
      log.debug({job: id, code: failure.code}, 'The end of a job did not reach the browsers.');
    }
    if (hasEnded(job.status) && !changed.has(id)) {
      senders.delete(id);
    }
  }

  return {
    note: (event) => {
      changed.add(event.job);
      if (!senders.has(event.job)) {
        senders.set(
          event.job,
          createSender(clock, () => EVERY_MS),
        );
      }
    },
    flush: async () => {
      await Promise.all([...changed].map((id) => tell(id, senders.get(id) ?? createSender(clock, () => EVERY_MS))));
    },
  };
}

function jobText(job: Job): string {
  const text = JSON.stringify(withFormerNames(job));
  return text.length <= LARGEST_EVENT ? text : JSON.stringify(withFormerNames({...job, result: null}));
}
