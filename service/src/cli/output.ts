import {FAILURES, withFormerNames, type Event, type ResultLine} from '@disaster-recovery/contract';
import {errorBody, type Failure} from '../kernel/failure.ts';
import {forTerminal, jsonLine} from './terminal.ts';
import {onTerminal} from '../words/place.ts';

/** Where a verb's answer goes: JSON lines for programs, words for people. stdout is for answers, stderr for what happens on the way. */
export type Output = {
  json: boolean;
  /** One line of the event stream. */
  event(event: Event): void;
  /** Words for a person; nothing in JSON mode. */
  say(text: string): void;
};

export function createOutput(json: boolean): Output {
  return {
    json,
    event: (event) => {
      if (json) {
        writeLine(event);
      }
    },
    say: (text) => {
      if (!json) {
        process.stdout.write(`${forTerminal(text)}\n`);
      }
    },
  };
}

/** What a verb came to. `failure` with a `value` means: here is the answer, and it is not the one that you want. */
export type Outcome = {value: unknown; failure?: Failure};

/** The last line, and the exit code. */
export function finish({json}: Output, {value, failure}: Outcome): number {
  if (json) {
    writeLine({
      type: 'result',
      ok: failure === undefined,
      value: value ?? null,
      error: failure ? errorBody(failure) : null,
    } satisfies ResultLine);
  } else if (failure) {
    const {message, remedy, code} = errorBody(failure);
    process.stderr.write(forTerminal(`\n${code}: ${message}\n→ ${onTerminal(remedy)}\n`));
  }
  return failure ? FAILURES[failure.code].exit : 0;
}

function writeLine(value: unknown): void {
  process.stdout.write(`${jsonLine(withFormerNames(value))}\n`);
}
