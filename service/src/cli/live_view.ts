import {setTimeout as delay} from 'node:timers/promises';
import {styleText} from 'node:util';
import type {Event} from '@disaster-recovery/contract';
import {formatBytes, formatCount, formatDuration} from '../kernel/format.ts';
import type {Output} from './output.ts';
import {forTerminal} from './terminal.ts';
import {printable} from './printable.ts';
import {isoTime} from '../kernel/clock.ts';
import {stepWords} from '../words/steps.ts';

const BAR_WIDTH = 24;

/** Progress on stderr: a line that is rewritten on a terminal, plain lines elsewhere, nothing in JSON mode. */
export function createLiveView({json}: Output) {
  const out = process.stderr;
  const isTerminal = out.isTTY;
  let open = false;
  let seen = 0;

  function line(text: string): void {
    out.write(open ? `\r\x1b[K${text}\n` : `${text}\n`);
    open = false;
  }

  function show(event: Event): void {
    seen = event.seq;
    if (json) {
      return;
    }
    if (event.type === 'step' && event.outcome === 'started' && isTerminal) {
      out.write(`${open ? '\r\x1b[K' : ''}◌ ${stepWords(event.step).doing}`);
      open = true;
    } else if (event.type === 'step' && event.outcome === 'done') {
      line(
        `${mark('green', '✓')} ${stepWords(event.step).done}${event.ms !== null && event.ms >= 1000 ? `  ${formatDuration(event.ms)}` : ''}`,
      );
    } else if (event.type === 'step' && event.outcome === 'failed') {
      line(`${mark('red', '✗')} ${stepWords(event.step).doing}`);
    } else if (event.type === 'progress' && isTerminal) {
      out.write(`\r\x1b[K◌ ${progressLine(event.progress, out.columns)}`);
      open = true;
    } else if (event.type === 'note') {
      line(`${event.level === 'warning' ? mark('yellow', '!') : '·'} ${forTerminal(event.text)}`);
    }
  }

  /** Counts an event that is not to be shown. */
  function pass({seq}: Event): void {
    seen = seq;
  }

  /** Waits until the event of that number was shown, two seconds at most. */
  async function caughtUp(seq: number): Promise<void> {
    for (let tries = 0; seen < seq && tries < 40; tries += 1) {
      await delay(50);
    }
  }

  return {
    show,
    pass,
    caughtUp,
    note: line,
    close: () => {
      if (open) {
        out.write('\r\x1b[K');
        open = false;
      }
    },
  };
}

/** Colour only on a terminal, and never the only sign. */
function mark(colour: 'green' | 'yellow' | 'red', sign: string): string {
  return styleText(colour, sign, {stream: process.stderr});
}

/** `Copying the files, first pass  ━━━━━━╌╌╌╌  2.3 GB of 3.7 GB · 118 MB/s · about 12 s left`, cut to the width of the terminal. */
export function progressLine(
  {phase, done, total, unit, rate, eta_ms: eta, waiting}: Extract<Event, {type: 'progress'}>['progress'],
  columns = 100,
): string {
  const amount = (value: number): string =>
    unit === 'bytes' ? formatBytes(value) : `${formatCount(Math.round(value))} ${unit}`;
  if (waiting) {
    return `${printable(waiting.message)}, until ${isoTime(waiting.until)}`.slice(0, Math.max(20, columns - 3));
  }
  const filled = total === null || total === 0 ? 0 : Math.min(BAR_WIDTH, Math.round((done / total) * BAR_WIDTH));
  const parts = [
    total === null ? amount(done) : `${amount(done)} of ${amount(total)}`,
    ...(rate === null ? [] : [`${amount(rate)}/s`]),
    ...(eta === null ? [] : [eta < 1000 ? 'less than a second left' : `about ${formatDuration(eta)} left`]),
  ];
  const bar = total === null ? '' : `  ${'━'.repeat(filled)}${'╌'.repeat(BAR_WIDTH - filled)}`;
  return `${stepWords(phase).doing}${bar}  ${parts.join(' · ')}`.slice(0, Math.max(20, columns - 3));
}
