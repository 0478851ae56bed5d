import type {Alarm, AlarmCode} from '@disaster-recovery/contract';
import type {Message} from '../engines/delivery/port.ts';
import type {State} from '../kernel/state.ts';

type Which = {code: AlarmCode; about: string | null};
export type KnownAlarm = Which & {since: number; message: string; remedy: string};
/** Something that is to be sent one way. */
type Notice = {id: number; way: string; content: Message; tries: number; next_try: number};

export type NotifyStore = {
  alarms(): KnownAlarm[];
  since(which: Which): number | null;
  raise(alarm: Alarm): void;
  end(which: Which): void;
  /** A key is taken once for each way. */
  add(notice: {way: string; key: string; content: Message}, now: number): void;
  /** What was not sent yet, the oldest first. */
  waiting(way: string): Notice[];
  sentSince(way: string, since: number): number;
  sent(id: number, now: number): void;
  failed(id: number, nextTry: number): void;
  /** Forgets what was sent, or could not be sent, before then. */
  purge(before: number): void;
};

const AT_ONCE = 20;
const aboutOf = ({about}: Which): string => about ?? '';

export function createNotifyStore(state: State): NotifyStore {
  const {db} = state;
  const all = db.prepare('SELECT code, about, since, message, remedy FROM alarms');
  const one = db.prepare('SELECT since FROM alarms WHERE code = ? AND about = ?');
  const put = db.prepare('INSERT OR REPLACE INTO alarms (code, about, since, message, remedy) VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM alarms WHERE code = ? AND about = ?');
  const insert = db.prepare(
    'INSERT OR IGNORE INTO notices (way, key, content, made_at, next_try) VALUES (?, ?, ?, ?, ?)',
  );
  const select = db.prepare(
    `SELECT id, way, content, tries, next_try FROM notices WHERE way = ? AND sent_at IS NULL ORDER BY id LIMIT ${AT_ONCE}`,
  );
  const count = db.prepare('SELECT count(*) AS n FROM notices WHERE way = ? AND sent_at > ?');
  const setSent = db.prepare('UPDATE notices SET sent_at = ? WHERE id = ?');
  const setFailed = db.prepare('UPDATE notices SET tries = tries + 1, next_try = ? WHERE id = ?');
  const clear = db.prepare('DELETE FROM notices WHERE made_at < ?');
  return {
    alarms: () =>
      (all.all() as (KnownAlarm & {about: string})[]).map((row) => ({
        ...row,
        about: row.about === '' ? null : row.about,
      })),
    since: (which) => (one.get(which.code, aboutOf(which)) as {since: number} | undefined)?.since ?? null,
    raise: (alarm) => void put.run(alarm.code, aboutOf(alarm), alarm.since, alarm.message, alarm.remedy),
    end: (which) => void remove.run(which.code, aboutOf(which)),
    add: ({way, key, content}, now) => void insert.run(way, key, JSON.stringify(content), now, now),
    waiting: (way) =>
      (select.all(way) as (Omit<Notice, 'content'> & {content: string})[]).map((row) => ({
        ...row,
        content: JSON.parse(row.content) as Message,
      })),
    sentSince: (way, since) => (count.get(way, since) as {n: number}).n,
    sent: (id, now) => void setSent.run(now, id),
    failed: (id, nextTry) => void setFailed.run(nextTry, id),
    purge: (before) => void clear.run(before),
  };
}
