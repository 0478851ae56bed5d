import {isoTime} from '../kernel/clock.ts';
import {inPlace} from './place.ts';

const ZERO_WIDTH = '\u200B';
const BAR_CELLS = 20;

/**
 * Text of people, made harmless in a post: one line, no formatting, no link, and nobody is notified.
 * A zero-width space breaks what a backslash cannot: mentions, hashtags, channel links, bare addresses.
 */
export function plain(text: string): string {
  return (
    oneLine(text)
      .replaceAll(/[\\`*_[\]~|>!]/g, '\\$&')
      // Mattermost shows the backslash before these two.
      .replaceAll(/[<$]/g, `$&${ZERO_WIDTH}`)
      .replaceAll(/[@#]/g, `$&${ZERO_WIDTH}`)
      .replaceAll('~', `~${ZERO_WIDTH}`)
      .replaceAll('://', `:${ZERO_WIDTH}//`)
      .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, 3)}${ZERO_WIDTH}.`)
      .replaceAll(/\b(mailto|tel|mattermost):/gi, `$1${ZERO_WIDTH}:`)
  );
}

/** Names, ids and paths. */
export function code(text: string): string {
  return `\`${oneLine(text).replaceAll('`', "'")}\``;
}

// Control characters and those that turn the direction of writing.
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF]/g, '')
    .trim();
}

/** A sentence of the product: commands in it are named as they are typed here, and set in type; the rest is made harmless. */
export function prose(text: string): string {
  return inPlace(text, 'chat')
    .split(/(`[^`\n]+`)/)
    .map((part) => (/^`.+`$/.test(part) ? code(part.slice(1, -1)) : spaced(part)))
    .join('');
}

/** `plain` trims; between two commands the spaces count. */
function spaced(text: string): string {
  const [, before = '', , after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  const words = plain(text);
  return words === '' ? before && ' ' : `${before && ' '}${words}${after && ' '}`;
}

/** A command to copy, or a sentence of the product. */
export function howTo(how: string): string {
  return /^(\/dr|drctl) /.test(how) ? code(inPlace(how, 'chat')) : prose(how);
}

/** `2026-11-24 12:03 UTC`. */
export function minute(ms: number): string {
  return `${isoTime(ms).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `█████░░░░░░░░░░░░░░░ 25 %` in a fixed-width font. */
export function progressBar(done: number, total: number): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
  const cells = Math.floor(share * BAR_CELLS);
  return `\`${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)}\` **${Math.floor(share * 100)} %**`;
}
