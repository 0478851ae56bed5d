import {styleText} from 'node:util';

const FRAME_MS = 100;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
/** Without a terminal a long step is announced once, so that a log does not look dead. */
const ANNOUNCE_AFTER_MS = 5000;
const TITLE_WIDTH = 42;
const isTerminal = process.stdout.isTTY && process.env['TERM'] !== 'dumb';

export type StepView = {
  /** What goes on now; replaces the last one. */
  note(text: string): void;
};
let isMuted = false;

type Style = Parameters<typeof styleText>[0];

export const style = (format: Style, text: string): string => styleText(format, text, {stream: process.stdout});

/** Does one step and shows it: what it is, what came out and how long it took. `detail` makes words of the answer. */
export async function step<Answer>(
  title: string,
  work: (view: StepView) => Promise<Answer>,
  detail: (answer: Answer) => string = () => '',
): Promise<Answer> {
  const start = performance.now();
  let note = '';
  const draw = () => showLive(title, note, performance.now() - start);
  const timer = isTerminal ? setInterval(draw, FRAME_MS) : setTimeout(draw, ANNOUNCE_AFTER_MS);
  try {
    const answer = await work({note: (text) => (note = text)});
    finish(style('green', '✓'), title, detail(answer), performance.now() - start);
    return answer;
  } catch (thrown) {
    finish(style('red', '✗'), title, '', performance.now() - start);
    throw thrown;
  } finally {
    clearInterval(timer);
  }
}

export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Ends the view: a step that goes on in the background shows nothing any more. */
export function mute(): void {
  wipe();
  isMuted = true;
}

export function seconds(ms: number): string {
  const whole = Math.round(ms / 1000);
  return ms < 59_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function wipe(): void {
  if (isTerminal) {
    process.stdout.write('\r\u001B[2K');
  }
}

function showLive(title: string, note: string, ms: number): void {
  if (isMuted) {
    return;
  }
  if (!isTerminal) {
    say(`▸ ${title}${note === '' ? '' : `: ${note}`} …`);
    return;
  }
  const mark = style('cyan', FRAMES[Math.floor(ms / FRAME_MS) % FRAMES.length] ?? '▸');
  const room = (process.stdout.columns || 80) - TITLE_WIDTH - 14;
  const short = [...note].slice(0, Math.max(0, room)).join('');
  process.stdout.write(`\r\u001B[2K${mark} ${title.padEnd(TITLE_WIDTH)} ${style('dim', `${seconds(ms)}  ${short}`)}`);
}

function finish(mark: string, title: string, detail: string, ms: number): void {
  if (isMuted) {
    return;
  }
  wipe();
  say(`${mark} ${title.padEnd(TITLE_WIDTH)} ${style('dim', seconds(ms).padStart(9))}  ${detail}`.trimEnd());
}
