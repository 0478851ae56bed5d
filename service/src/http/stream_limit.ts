import {Failure} from '../kernel/failure.ts';

export type StreamLimit = {
  /** Counts a stream of `caller` until `ended` aborts. @throws Failure TOO_MANY_STREAMS */
  open(caller: string, ended: AbortSignal): void;
};

/** How many streams are open at a time: each holds a socket, a timer and a reader of the state. */
export function createStreamLimit(limits: {caller: number; total: number}): StreamLimit {
  const open = new Map<string, number>();
  let total = 0;
  return {
    open: (caller, ended) => {
      const ofCaller = open.get(caller) ?? 0;
      if (ofCaller >= limits.caller || total >= limits.total) {
        throw new Failure(
          'TOO_MANY_STREAMS',
          ofCaller >= limits.caller
            ? `You have ${ofCaller} streams of events open.`
            : `${total} streams of events are open.`,
        );
      }
      if (ended.aborted) {
        return;
      }
      open.set(caller, ofCaller + 1);
      total += 1;
      ended.addEventListener(
        'abort',
        () => {
          const left = (open.get(caller) ?? 1) - 1;
          total -= 1;
          if (left === 0) {
            open.delete(caller);
          } else {
            open.set(caller, left);
          }
        },
        {once: true},
      );
    },
  };
}
