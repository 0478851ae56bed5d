import {useEffect, useState} from 'react';

/** The browser's clock; the only place that reads it. */
export function clock(): number {
  return Date.now();
}

/** The time, again each `everyMs`, so that ages on the page grow. */
export function useClock(everyMs: number): number {
  const [now, setNow] = useState(clock);
  useEffect(() => {
    const timer = setInterval(() => setNow(clock()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
