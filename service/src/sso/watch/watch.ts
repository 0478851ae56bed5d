import type {IdentitySnapshot, Incident} from '@disaster-recovery/contract';
import type {SsoEngines} from '../engines.ts';
import {daysLate} from '../return_list/return_list.ts';
import type {Round} from '../sso.ts';
import type {SsoStore} from '../store/store.ts';
import {tellAdministrators} from '../people/tell.ts';
import {counted} from '../../words/plural.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How often it is looked whether how people sign in has changed. */
const LOOK_EVERY_MS = HOUR_MS;
const REMINDER_LOOK_MS = 60_000;
const ANNOUNCE_MS = 5000;
/** Somebody who is let in wants to sign in minutes later: settings that were written over must be seen before. */
const SETTINGS_LOOK_MS = 15_000;

export type WatchParts = {
  engines: SsoEngines;
  store: SsoStore;
  round(signal: AbortSignal): Promise<void>;
  snapshot(): Promise<IdentitySnapshot>;
  lookAtSettings(): Promise<void>;
  announce(): Promise<void>;
  countAway(): Promise<number>;
};

/** Probes only where they are wanted; all else always. */
export function rounds(parts: WatchParts): readonly Round[] {
  const {probe, snapshot_hours: hours} = parts.engines.settings;
  const probes: Round = {
    everyMs: probe.interval_seconds * 1000,
    failed: 'The providers could not be probed.',
    run: (signal) => parts.round(signal),
  };
  return [
    ...(probe.enabled ? [probes] : []),
    {
      everyMs: Math.min(LOOK_EVERY_MS, hours * HOUR_MS),
      failed: 'No identity snapshot could be taken.',
      run: async () => {
        await parts.snapshot();
      },
    },
    {
      everyMs: SETTINGS_LOOK_MS,
      failed: 'The settings of the incident could not be looked at.',
      run: () => parts.lookAtSettings(),
    },
    {everyMs: ANNOUNCE_MS, failed: 'What happened could not be announced.', run: () => parts.announce()},
    {everyMs: REMINDER_LOOK_MS, failed: 'The reminder could not be sent.', run: () => remind(parts)},
  ];
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
  return `**${counted(count, 'person is', 'people are')} still on email and password** since the outage “${reason}”; the deadline was ${days === 0 ? 'today' : `${days === 1 ? '1 day' : `${days} days`} ago`}. \`/dr sso return-list\` shows them, \`/dr sso switch-back\` brings them back.`;
}
