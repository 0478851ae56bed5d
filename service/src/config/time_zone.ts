import {z} from 'zod';

/** A time zone by its IANA name. */
export const TimeZone = z.string().refine(isTimeZone, 'is not a time zone; give one like Europe/Berlin');

export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', {timeZone: name}).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
