import type {PolicyChanged} from '@disaster-recovery/contract';

const LONGEST_VALUE = 200;

/** What was changed, one line each. */
export function changeLines({changes}: PolicyChanged): string[] {
  return changes.map(({setting, from, to}) => `${setting}: ${valueWords(from)} → ${valueWords(to)}`);
}

/** What comes of it. */
export function afterChangeWords({changes}: PolicyChanged): string {
  return changes.length === 0
    ? 'Nothing was changed: it is so already.'
    : 'The companion goes by it within a few seconds.';
}

function valueWords(value: unknown): string {
  if (value === null || value === undefined) {
    return 'not set';
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
