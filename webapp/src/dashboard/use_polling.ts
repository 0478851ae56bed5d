import {useEffect, useRef} from 'react';

/** Runs the task now and again `delayMs` after each end; never twice at once, not while the tab is hidden, not after unmount. Null: not at all. */
export function usePolling(task: () => Promise<void>, delayMs: number | null): void {
  const newest = useRef(task);
  newest.current = task;
  useEffect(() => {
    if (delayMs === null) {
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    let isBusy = false;
    const run = async () => {
      if (isBusy || isStopped || document.hidden) {
        return;
      }
      isBusy = true;
      await newest.current();
      isBusy = false;
      if (!isStopped) {
        timer = setTimeout(() => void run(), delayMs);
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
