const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `2.3 GB`, in powers of 1,000 as disks are sold. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit] ?? ''}`;
}

/** `340 ms`, `4.2 s`, `4 min 10 s`, `2 h 14 min`, `3 d 2 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) {
    return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ${seconds % 60} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A round span of time to come: `8 h`, `3 d`. */
export function formatHorizon(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours <= 24 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** The first three, and how many more: `a, b, c and 1,204 more`. `count`: of all, where not all are given. */
export function someOf(all: readonly string[], count = all.length): string {
  const rest = count - Math.min(3, all.length);
  return `${all.slice(0, 3).join(', ')}${rest > 0 ? ` and ${formatCount(rest)} more` : ''}`;
}
