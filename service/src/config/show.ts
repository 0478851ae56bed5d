import {writtenForm} from './repositories.ts';
import type {Config} from './schema.ts';

/** Settings that are secrets themselves, and not the file or the program that holds one. */
const SECRET = /(^|_)(password|secret|token)$/;

/** A connection string or repository location with its password out. */
export function withoutPassword(location: string): string {
  return (
    location
      // Greedy up to the last @: an @, a colon or a space inside the password must not survive, nor an @ in the user end the search.
      .replace(/(:\/\/[^:/\s]*):[\s\S]*@/, '$1:***@')
      .replace(/(password\s*=\s*)('(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|(?:[^\s\\]|\\[\s\S])+)/gi, '$1***')
  );
}

/** The configuration as it is written, defaults in, and as it may be shown. */
export function shownConfig({repositories, ...config}: Config): Record<string, unknown> {
  return shownSettings({...config, ...writtenForm(repositories)});
}

/** Settings as they may be shown: passwords and credentials replaced. */
export function shownSettings(settings: Record<string, unknown>): Record<string, unknown> {
  return shownEach(settings, withoutPassword);
}

type Hide = (text: string) => string;

function shownEach(settings: Record<string, unknown>, hide: Hide): Record<string, unknown> {
  return Object.fromEntries(
    // Who knows the address of a webhook can post there.
    Object.entries(settings).map(([key, value]) => [key, shown(key, value, key === 'notify' ? withoutPath : hide)]),
  );
}

/** Whatever stands there: a file that was written by hand may hold anything anywhere. */
function shown(key: string, value: unknown, hide: Hide): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => shown(key, entry, hide));
  }
  if (value !== null && typeof value === 'object') {
    const settings = value as Record<string, unknown>;
    return key === 'environment'
      ? Object.fromEntries(Object.keys(settings).map((name) => [name, '***']))
      : shownEach(settings, hide);
  }
  if (SECRET.test(key)) {
    return '***';
  }
  return typeof value === 'string' ? hide(value) : value;
}

/** A web address by its server alone. */
const withoutPath: Hide = (text) =>
  withoutPassword(text.replace(/^(https?:\/\/(?:[^/?#]*@)?[^/?#]*)[/?#][\s\S]+$/i, '$1/***'));
