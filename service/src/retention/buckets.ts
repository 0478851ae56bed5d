const DAY_MS = 86_400_000;

export const UNITS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type Unit = (typeof UNITS)[number];

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string | null): Intl.DateTimeFormat {
  const key = timeZone ?? '';
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat('en-GB', {
      ...(timeZone !== null && {timeZone}),
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    });
  formats.set(key, format);
  return format;
}

/**
 * The hour, day, week, month or year in which a moment lies, as the clock on the wall of that zone has it: `2026-11-24`, `2026-11`. An hour
 * that the clock shows twice is two; a week begins on Monday and is called by it.
 */
export function bucketOf(unit: Unit, at: number, timeZone: string | null): string {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({type, value}) => [type, value]),
  ) as Record<Intl.DateTimeFormatPartTypes, string>;
  const {year, month, day, hour, timeZoneName: offset} = parts;
  switch (unit) {
    case 'hourly':
      return `${year}-${month}-${day} ${hour}:00 ${offset}`;
    case 'daily':
      return `${year}-${month}-${day}`;
    case 'weekly':
      return mondayOf(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    case 'monthly':
      return `${year}-${month}`;
    case 'yearly':
      return year;
  }
}

function mondayOf(date: number): string {
  const sinceMonday = (new Date(date).getUTCDay() + 6) % 7;
  return new Date(date - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}
