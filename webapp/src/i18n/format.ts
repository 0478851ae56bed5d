import type {IntlShape} from 'react-intl';

const DAY = 24 * 3_600_000;
const UNITS = ['bytes', 'kilobytes', 'megabytes', 'gigabytes', 'terabytes', 'petabytes'] as const;

/** `2.3 GB`, in powers of 1,000 as disks are sold. */
export function formatBytes(intl: IntlShape, bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return intl.formatMessage(
    {id: `disaster_recovery.unit.${UNITS[unit] ?? 'bytes'}`},
    {value: intl.formatNumber(value, {maximumFractionDigits: digits, minimumFractionDigits: digits})},
  );
}

/** `45 s`, `4 min 10 s`, `2 h 14 min`, `3 d 4 h`. */
export function formatDuration(intl: IntlShape, milliseconds: number): string {
  const say = (id: string, values = {}) => intl.formatMessage({id: `disaster_recovery.duration.${id}`}, values);
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 1) {
    return say('moment');
  }
  if (seconds < 60) {
    return say('seconds', {seconds});
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return minutes < 10 && seconds % 60 > 0
      ? say('minutes_seconds', {minutes, seconds: seconds % 60})
      : say('minutes', {minutes});
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return minutes % 60 > 0 ? say('hours_minutes', {hours, minutes: minutes % 60}) : say('hours', {hours});
  }
  const days = Math.floor(hours / 24);
  return hours % 24 > 0 ? say('days_hours', {days, hours: hours % 24}) : say('days', {days});
}

function isSameDay(intl: IntlShape, one: number, other: number): boolean {
  const day = (moment: number) => intl.formatDate(moment, {year: 'numeric', month: 'numeric', day: 'numeric'});
  return day(one) === day(other);
}

function formatClock(intl: IntlShape, at: number): string {
  return intl.formatTime(at, {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
}

/** Within a sentence: `12:03`, `yesterday 12:03`, or the whole moment. */
export function formatSince(intl: IntlShape, at: number, now: number): string {
  const time = formatClock(intl, at);
  if (isSameDay(intl, at, now)) {
    return time;
  }
  return isSameDay(intl, at, now - DAY)
    ? intl.formatMessage({id: 'disaster_recovery.time.yesterday_within'}, {time})
    : formatMoment(intl, at, now);
}

/** `Today 02:00`, `Yesterday 02:00`, `21 Nov, 14:22`; the year when it is another one. */
export function formatMoment(intl: IntlShape, at: number, now: number): string {
  const time = formatClock(intl, at);
  if (isSameDay(intl, at, now)) {
    return intl.formatMessage({id: 'disaster_recovery.time.today'}, {time});
  }
  if (isSameDay(intl, at, now - DAY)) {
    return intl.formatMessage({id: 'disaster_recovery.time.yesterday'}, {time});
  }
  const isSameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return intl.formatDate(at, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(isSameYear ? {} : {year: 'numeric'}),
  });
}
