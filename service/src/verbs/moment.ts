import {Failure} from '../kernel/failure.ts';

const UNIT_MS = {m: 60_000, h: 3_600_000, d: 86_400_000} as const;
/** Ten years: beyond it somebody mistyped. */
const FARTHEST_MS = 3650 * UNIT_MS.d;

/**
 * A time as people type it: `2026-11-25T08:00Z`, `2026-11-25` (UTC), or from now `90m`, `8h`, `3d`. Milliseconds since 1970.
 * @throws Failure USAGE_INVALID
 */
export function parseMoment(text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/i.exec(text.trim()) ?? [];
  const at =
    amount === undefined
      ? isoMoment(text.trim())
      : now + Number(amount) * UNIT_MS[unit?.toLowerCase() as keyof typeof UNIT_MS];
  if (!Number.isFinite(at) || at < 0 || Math.abs(at - now) > FARTHEST_MS) {
    throw new Failure(
      'USAGE_INVALID',
      `“${text.slice(0, 40)}” is not a time. Say 8h or 3d from now, or 2026-11-25T08:00Z.`,
    );
  }
  return at;
}

/** Only the ISO form: the parser itself also takes `1` and reads it as the year 2001. A time without a zone is UTC, as everywhere in drctl. */
function isoMoment(text: string): number {
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(text) ?? [];
  return day === undefined ? Number.NaN : Date.parse(`${day}T${time ?? '00:00'}${zone?.toUpperCase() ?? 'Z'}`);
}
