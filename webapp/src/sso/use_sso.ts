import type {Forecast, LockedOut, Readiness, ReturnList, SsoStatus} from '@disaster-recovery/contract';
import {useCallback, useRef, useState} from 'react';
import {failureOf, type Client, type Failure} from '../client.ts';
import {clock} from '../clock.ts';
import {usePolling} from '../components/use_polling.ts';

const QUIET_MS = 30_000;
const OUTAGE_MS = 10_000;
/** Readiness reads configuration and repository; it changes by hand, not by itself. */
const READINESS_MS = 5 * 60_000;

/** An old answer stays beside the failure of a newer question. `isAbsent`: the companion is older than these questions. */
export type SsoFacts = {
  isAbsent: boolean;
  status: SsoStatus | null;
  forecast: Forecast | null;
  readiness: Readiness | null;
  returnList: ReturnList | null;
  /** Null: nobody is, or the companion does not tell who. */
  lockedOut: LockedOut | null;
  failure: Failure | null;
  readinessAt: number;
};

const NOTHING: SsoFacts = {
  isAbsent: false,
  status: null,
  forecast: null,
  readiness: null,
  returnList: null,
  lockedOut: null,
  failure: null,
  readinessAt: 0,
};

export function isQuiet(status: SsoStatus): boolean {
  return status.state === 'watching' || status.state === 'closed';
}

async function askAll(client: Client, known: SsoFacts): Promise<Partial<SsoFacts>> {
  const status = await client.sso();
  if (!status.ok) {
    return status.status === 404 ? {...NOTHING, isAbsent: true} : {failure: failureOf(status)};
  }
  if (!status.value?.detection) {
    return {...NOTHING, isAbsent: true};
  }
  const isReadinessOld = clock() - known.readinessAt > READINESS_MS;
  const [forecast, readiness, returnList] = await Promise.all([
    client.forecast(),
    isReadinessOld ? client.readiness() : null,
    status.value.incident && !isQuiet(status.value) ? client.returnList() : null,
  ]);
  const lockedOut = forecast.ok && forecast.value.locked_out_now > 0 ? await client.lockedOut() : null;
  const failed = [forecast, readiness, returnList].find((reply) => reply && !reply.ok);
  return {
    isAbsent: false,
    status: status.value,
    ...(forecast.ok ? {forecast: forecast.value} : {}),
    ...(readiness?.ok ? {readiness: readiness.value, readinessAt: clock()} : {}),
    ...(returnList === null ? {returnList: null} : returnList.ok ? {returnList: returnList.value} : {}),
    // Without it the forecast names some of them.
    lockedOut: lockedOut?.ok ? lockedOut.value : null,
    failure: failed ? failureOf(failed) : null,
  };
}

/** `isUp`: the companion answers; while it does not, nothing is asked. */
export function useSso(client: Client, isUp: boolean): {facts: SsoFacts; refresh(): Promise<boolean>} {
  const [facts, setFacts] = useState(NOTHING);
  const newest = useRef(facts);
  newest.current = facts;
  const asked = useRef(0);
  const shown = useRef(0);
  const refresh = useCallback(async () => {
    const mine = ++asked.current;
    const found = await askAll(client, newest.current);
    // What was asked before something was done here may be answered after it.
    if (mine > shown.current) {
      shown.current = mine;
      setFacts((known) => ({...known, ...found}));
    }
    return !found.failure;
  }, [client]);
  const everyMs = facts.status && !isQuiet(facts.status) ? OUTAGE_MS : QUIET_MS;
  usePolling(refresh, isUp ? everyMs : null);
  return {facts, refresh};
}
