/** One of `copies` as the configuration has it. */
export type CopySetting = {
  name: string;
  /** Its newest good set may be so old. */
  objectiveMs: number;
  /** `22:00-06:00` in the clock of this machine: copies are made then only. */
  window: string | null;
  /** Schedules whose sets do not go there. */
  notFrom: readonly string[];
  /** It is said that nothing can be deleted there. */
  appendOnly: boolean;
};

/** Whether something may be copied at this time. A window may span midnight. */
export function isOpen(window: string | null, now: number): boolean {
  const [from, to] = (window ?? '').split('-').map(minutesOf);
  if (from === undefined || to === undefined) {
    return true;
  }
  const at = new Date(now);
  const minute = at.getHours() * 60 + at.getMinutes();
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
