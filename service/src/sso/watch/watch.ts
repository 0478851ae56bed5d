import type {IdentitySnapshot, Incident} from '@disaster-recovery/contract';
import {asFailure} from '../../kernel/failure.ts';
import type {SsoEngines} from '../engines.ts';
import {daysLate} from '../return_list/return_list.ts';
import type {SsoStore} from '../store/store.ts';
import {tellAdministrators} from '../people/tell.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How often it is looked whether how people sign in has changed. */
const LOOK_EVERY_MS = HOUR_MS;
const REMINDER_LOOK_MS = 60_000;
/** Somebody who is let in wants to sign in minutes later: settings that were written over must be seen before. */
const SETTINGS_LOOK_MS = 15_000;

export type WatchParts = {
  engines: SsoEngines;
  store: SsoStore;
  round(signal: AbortSignal): Promise<void>;
  snapshot(): Promise<IdentitySnapshot>;
  lookAtSettings(): Promise<void>;
  countAway(): Promise<number>;
};

/** Probes, snapshots, looks at the settings, and reminders, each at its own pace. None of them ever changes how somebody signs in. */
export async function watchSso(parts: WatchParts, signal: AbortSignal): Promise<void> {
  const {settings} = parts.engines;
  await Promise.all([
    ...(settings.probe.enabled
      ? [
          every(
            parts,
            settings.probe.interval_seconds * 1000,
            'The providers could not be probed.',
            () => parts.round(signal),
            signal,
          ),
        ]
      : []),
    every(
      parts,
      Math.min(LOOK_EVERY_MS, settings.snapshot_hours * HOUR_MS),
      'No identity snapshot could be taken.',
      async () => {
        await parts.snapshot();
      },
      signal,
    ),
    every(
      parts,
      SETTINGS_LOOK_MS,
      'The settings of the incident could not be looked at.',
      () => parts.lookAtSettings(),
      signal,
    ),
    every(parts, REMINDER_LOOK_MS, 'The reminder could not be sent.', () => remind(parts), signal),
  ]);
}

async function every(
  {engines: {clock, log}}: WatchParts,
  ms: number,
  says: string,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedAt = clock.now();
    try {
      await work();
    } catch (error) {
      const failure = asFailure(error);
      log.warn({code: failure.code, reason: failure.message}, says);
    }
    // The wait ends by rejection when it is time to stop.
    await clock.sleep(Math.max(100, ms - (clock.now() - startedAt)), signal).catch(() => undefined);
  }
}

/** Once a day after the deadline, as long as anybody is not back. */
async function remind({engines, store, countAway}: WatchParts): Promise<void> {
  const incident = store.incident();
  const now = engines.clock.now();
  if (!incident || now < incident.deadline_at || now - store.remindedAt() < DAY_MS) {
    return;
  }
  const count = await countAway();
  if (count > 0) {
    store.noteReminder(incident.id);
    await tellAdministrators(engines, reminder(incident, count, now));
  }
}

function reminder({reason, deadline_at: deadline}: Incident, count: number, now: number): string {
  const days = daysLate(deadline, now);
  return `**${count === 1 ? '1 person is' : `${count} people are`} still on email and password** since the outage “${reason}”; the deadline was ${days === 0 ? 'today' : `${days === 1 ? '1 day' : `${days} days`} ago`}. \`/dr sso return-list\` shows them, \`/dr sso switch-back\` brings them back.`;
}
