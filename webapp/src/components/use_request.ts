import {useRef, useState} from 'react';
import type {Reply} from '../client.ts';
import {failureOf, type Failure} from '../dashboard/facts.ts';

/** One request at a time, with its failure to show. */
export function useRequest() {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const busy = useRef(false);
  const send = async <Body>(ask: () => Promise<Reply<Body>>, onDone: (value: Body) => void): Promise<void> => {
    if (busy.current) {
      return;
    }
    busy.current = true;
    setBusy(true);
    setFailure(null);
    const reply = await ask();
    busy.current = false;
    setBusy(false);
    setFailure(failureOf(reply));
    if (reply.ok) {
      onDone(reply.value);
    }
  };
  return {failure, isBusy, send, forget: () => setFailure(null)};
}
