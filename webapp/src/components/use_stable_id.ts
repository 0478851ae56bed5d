import {useState} from 'react';

let last = 0;

/** React.useId is missing in React 17. */
export function useStableId(): string {
  const [id] = useState(() => `disaster-recovery-${++last}`);
  return id;
}
