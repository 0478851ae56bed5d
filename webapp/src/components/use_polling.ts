import {useEffect, useRef} from 'react';

/** Who does not answer is not asked more often than this. */
const LONGEST_MS = 60_000;

/**
 * Runs the task now and again `delayMs` after each end; never twice at once, not while the tab is hidden, not after unmount.
 * A task that resolves to false had no answer: the wait doubles each time. Null: not at all.
 */
export function usePolling(task: () => Promise<boolean>, delayMs: number | null): void {
  const newest = useRef(task);
  newest.current = task;
  useEffect(() => {
    if (delayMs === null) {
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    let isBusy = false;
    let wait = delayMs;
    const run = async () => {
      if (isBusy || isStopped || document.hidden) {
        return;
      }
      isBusy = true;
      wait = (await newest.current()) ? delayMs : Math.min(wait * 2, Math.max(delayMs, LONGEST_MS));
      isBusy = false;
      if (!isStopped) {
        timer = setTimeout(() => void run(), wait);
      }
    };
    const onVisibility = () => {
      clearTimeout(timer);
      void run();
    };
    document.addEventListener('visibilitychange', onVisibility);
    void run();
    return () => {
      isStopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [delayMs]);
}
