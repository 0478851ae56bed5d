import {ALARMS, type Actor, type Alarm, type NotifyTest} from '@disaster-recovery/contract';
import type {Message, Way} from '../engines/delivery/port.ts';
import type {Clock} from '../kernel/clock.ts';
import {asFailure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import {createNotifyStore, type KnownAlarm, type NotifyStore} from './store.ts';

const HOUR_MS = 3_600_000;
const KEPT_MS = 7 * 24 * HOUR_MS;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = HOUR_MS;
/** What is too much to be read waits for the next hour. */
const MESSAGES_AN_HOUR = 30;
const SYSTEM: Actor = {kind: 'system', id: 'companion', name: 'companion'};

/** A way and what goes there; null: everything. */
export type Subscription = {way: Way; events: readonly string[] | null};

export type NotifyParts = {
  clock: Clock;
  state: State;
  ledger: Ledger;
  log: Pick<Logger, 'warn'>;
  subscriptions: readonly Subscription[];
  /** What is wrong now. */
  alarms(): Promise<Alarm[]>;
  site(): string | null;
  /** An outside watcher, that rings when it hears nothing. What ended tells it that all is well, what began that it is not. */
  ping: Way | null;
  /** The newest good set, and the newest failed backup. */
  newest(): {good: string | null; failed: string | null};
};

export type Notify = {
  /** Since when an alarm is on; null when nobody has seen it yet. */
  since: NotifyStore['since'];
  /** Those that were on at the last look. */
  known: NotifyStore['alarms'];
  /** Compares what is wrong now with what was: what began and what is over is entered, and told once. */
  look(): Promise<void>;
  /** Sends what waits. What cannot be sent is kept and tried again. */
  deliver(signal: AbortSignal): Promise<void>;
  /** One message to each way, at once. */
  test(): Promise<NotifyTest>;
};

export function createNotify(parts: NotifyParts): Notify {
  const {clock, state} = parts;
  const store = createNotifyStore(state);
  return {
    since: store.since,
    known: store.alarms,
    look: async () => {
      const now = clock.now();
      const current = await parts.alarms();
      state.transact(() => {
        compare(parts, store, {current, now});
        watchOutside(parts, store, now);
        store.purge(now - KEPT_MS);
      });
    },
    deliver: async (signal) => {
      const ways = [...parts.subscriptions.map(({way}) => way), ...(parts.ping ? [parts.ping] : [])];
      await Promise.all(ways.map((way) => deliverTo(parts, store, {way, signal})));
    },
    test: async () => ({ways: await Promise.all(parts.subscriptions.map(({way}) => tryOnce(way, testMessage(parts))))}),
  };
}

const isSame = (a: Pick<Alarm, 'code' | 'about'>, b: Pick<Alarm, 'code' | 'about'>): boolean =>
  a.code === b.code && a.about === b.about;

function compare(parts: NotifyParts, store: NotifyStore, {current, now}: {current: Alarm[]; now: number}): void {
  const known = store.alarms();
  for (const alarm of current) {
    const before = known.find((each) => isSame(each, alarm));
    const since = before?.since ?? now;
    store.raise({...alarm, since});
    if (!before) {
      const {code, about, message} = alarm;
      parts.ledger.append('alarm.raised', SYSTEM, {code, about, message});
      tell(parts, store, messageOf(parts, {...alarm, since}, null));
    }
  }
  for (const over of known.filter((each) => !current.some((alarm) => isSame(each, alarm)))) {
    const {code, about, since} = over;
    store.end(over);
    parts.ledger.append('alarm.ended', SYSTEM, {code, about, since});
    tell(parts, store, messageOf(parts, over, now));
  }
}

function messageOf({site}: NotifyParts, alarm: KnownAlarm, endedAt: number | null): Message {
  const {code, about, since, message, remedy} = alarm;
  const {level, meaning} = ALARMS[code];
  const state = endedAt === null ? 'began' : 'ended';
  return {code, state, level, about, since, ended_at: endedAt, message, meaning, remedy, site: site()};
}

function tell({subscriptions, clock}: NotifyParts, store: NotifyStore, message: Message): void {
  const {code, state, about, since} = message;
  for (const {way, events} of subscriptions) {
    if (events === null || events.includes(code)) {
      store.add({way: way.name, key: `${code} ${about ?? ''} ${since} ${state}`, content: message}, clock.now());
    }
  }
}

/** Each good set and each failed backup once. */
function watchOutside(parts: NotifyParts, store: NotifyStore, now: number): void {
  const {ping} = parts;
  if (!ping) {
    return;
  }
  const add = (key: string, state: Message['state']): void => {
    store.add({way: ping.name, key, content: {...testMessage(parts), code: 'PING', state}}, now);
  };
  const {good, failed} = parts.newest();
  if (good !== null) {
    add(`good ${good}`, 'ended');
  }
  if (failed !== null) {
    add(`failed ${failed}`, 'began');
  }
}

/** In their order: the end of something is not told before its beginning. */
async function deliverTo(
  {clock, log}: NotifyParts,
  store: NotifyStore,
  {way, signal}: {way: Way; signal: AbortSignal},
): Promise<void> {
  const room = MESSAGES_AN_HOUR - store.sentSince(way.name, clock.now() - HOUR_MS);
  for (const {id, content, tries, next_try: at} of store.waiting(way.name).slice(0, Math.max(0, room))) {
    if (at > clock.now()) {
      return;
    }
    try {
      await way.send(content, signal);
      store.sent(id, clock.now());
    } catch (error) {
      const {code, message} = asFailure(error);
      store.failed(id, clock.now() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries));
      log.warn({way: way.name, code, reason: message}, 'A message could not be sent; it is tried again.');
      return;
    }
  }
}

function testMessage({clock, site}: NotifyParts): Message {
  return {
    code: 'TEST',
    state: 'test',
    level: 'warning',
    about: null,
    since: clock.now(),
    ended_at: null,
    message: 'This is a test: somebody asked whether messages get here.',
    meaning: 'Messages of alarms, and of their end, get here too.',
    remedy: 'Nothing.',
    site: site(),
  };
}

async function tryOnce(way: Way, message: Message): Promise<NotifyTest['ways'][number]> {
  try {
    await way.send(message);
    return {way: way.name, sent: true, message: null, remedy: null};
  } catch (error) {
    const failure = asFailure(error);
    return {way: way.name, sent: false, message: failure.message, remedy: failure.remedy};
  }
}
