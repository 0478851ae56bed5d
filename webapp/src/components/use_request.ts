import {useContext, useEffect, useRef, useState} from 'react';
import {failureOf, type Failure, type Reply} from '../client.ts';
import {clock} from '../clock.ts';
import {GoodAnswersContext} from './good_answers.ts';

/**
 * One request at a time, with its failure to show: until it is tried again, dismissed, or what failed is seen to be back.
 */
export function useRequest() {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const busy = useRef(false);
  const failedAt = useRef(0);
  const {goodAt, backAt, lookAgain} = useContext(GoodAnswersContext);
  const isOver =
    failure !== null && (backAt > failedAt.current || (failure.error.retryable && goodAt > failedAt.current));
  useEffect(() => {
    if (isOver) {
      setFailure(null);
    }
  }, [isOver]);
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
    failedAt.current = clock();
    setFailure(failureOf(reply));
    if (reply.ok) {
      onDone(reply.value);
    } else if (isOfTheWay(reply.status)) {
      lookAgain();
    }
  };
  return {failure, isBusy, send, forget: () => setFailure(null)};
}

/** Not a refusal of what was asked: something on the way is down, and the whole page wants to know. */
function isOfTheWay(status: number): boolean {
  return status === 0 || status >= 500;
}
