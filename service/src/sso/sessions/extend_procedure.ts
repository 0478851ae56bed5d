import {z} from 'zod';
import type {ExtendRequest, ExtendResult} from '@disaster-recovery/contract';
import type {AccountWriter, Session} from '../../engines/accounts/port.ts';
import {Failure} from '../../kernel/failure.ts';
import {need, type Procedure, type StepContext} from '../../jobs/index.ts';
import type {SsoEngines} from '../engines.ts';
import type {SessionStore} from './store.ts';
import type {SsoStore} from '../store/store.ts';

const BATCH = 100;
const HOUR_MS = 3_600_000;

export type ExtendPlan = {incident: string; until: number; cookie_limit_ms: number; steps: string[]};
type Found = {result: Omit<ExtendResult, 'duration_ms'>; duration_ms: number};

/** Extends live sessions of SSO people, so that nobody who is in falls out. What they were is kept, and put back when the incident is closed. */
export function extendProcedure(
  engines: SsoEngines,
  store: SsoStore,
  sessions: SessionStore,
): Procedure<ExtendPlan, Found> {
  return {
    kind: 'sso_extend',
    steps: [
      {
        name: 'extend',
        run: async (plan, _found, context) => {
          const startedAt = engines.clock.now();
          store.moveIncident(plan.incident, 'open', context.actor);
          const result = await extendAll({engines, sessions}, plan, context);
          engines.ledger.append('sso.sessions_extended', context.actor, {
            incident: plan.incident,
            until: plan.until,
            extended: result.extended,
            failed: result.failed,
          });
          return {result, duration_ms: engines.clock.now() - startedAt};
        },
      },
    ],
    subject: ({incident}) => incident,
    conclude: (_plan, found) => {
      const result: ExtendResult = {...need(found, 'result'), duration_ms: need(found, 'duration_ms')};
      return {result, status: result.failed > 0 ? 'warning' : 'success'};
    },
    clean: async () => undefined,
  };
}

const Lengths = z.object({ServiceSettings: z.object({SessionLengthWebInHours: z.number().default(720)}).prefault({})});

/** The cookie of a browser is as long as a web session was at sign-in, whatever happens to the session. */
export async function planExtension(
  {clock, effectiveConfig}: SsoEngines,
  incident: string,
  {hours}: ExtendRequest,
): Promise<ExtendPlan> {
  const {
    ServiceSettings: {SessionLengthWebInHours: web},
  } = Lengths.parse((await effectiveConfig())?.config ?? {});
  return {incident, until: clock.now() + hours * HOUR_MS, cookie_limit_ms: web * HOUR_MS, steps: ['extend']};
}

async function extendAll(
  {engines, sessions: store}: {engines: SsoEngines; sessions: SessionStore},
  plan: ExtendPlan,
  context: StepContext,
): Promise<Found['result']> {
  const writer = await engines.writer();
  const extend = needExtend(writer);
  const now = engines.clock.now();
  const tally = {extended: 0, people: 0, failed: 0};
  const people = new Set<string>();
  let batch: Session[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) {
      return;
    }
    // The ledger first: what is not remembered could not be put back.
    store.note(
      plan.incident,
      batch.map(({id, user, expires_at: from}) => ({session: id, user, from_expiry: from, to_expiry: plan.until})),
    );
    const failed = await extend(batch.map(({id}) => ({id, expires_at: plan.until})));
    store.settle(
      plan.incident,
      failed.map(({id}) => id),
      'failed',
    );
    tally.failed += failed.length;
    tally.extended += batch.length - failed.length;
    batch = [];
    context.progress({done: tally.extended + tally.failed, total: null, unit: 'steps'});
  };
  // An expired session would be revived by an extension: the stream has live ones only.
  for await (const session of engines.accounts.streamEnding(now, plan.until)) {
    people.add(session.user);
    batch.push(session);
    if (batch.length === BATCH) {
      context.signal.throwIfAborted();
      await flush();
    }
  }
  await flush();
  const live = (await engines.accounts.countLiveSessions(now)).reduce((sum, {sessions}) => sum + sessions, 0);
  return {
    extended: tally.extended,
    failed: tally.failed,
    people: people.size,
    until: plan.until,
    already_longer: Math.max(0, live - tally.extended - tally.failed),
    cookie_limit_ms: plan.cookie_limit_ms,
  };
}

/** @throws Failure MATTERMOST_UNREACHABLE */
function needExtend({extendSessions}: AccountWriter): NonNullable<AccountWriter['extendSessions']> {
  if (extendSessions === null) {
    throw new Failure(
      'MATTERMOST_UNREACHABLE',
      'Only the plugin can extend sessions, and it does not answer: a change in the database would not reach the sessions that Mattermost has cached.',
    );
  }
  return extendSessions;
}

/** Gives extended sessions back the end that they had. One whose end has passed meanwhile is ended: the provider is back, and so is the sign-in. */
export async function putSessionsBack(
  engines: SsoEngines,
  store: SessionStore,
  incident: string,
): Promise<{put_back: number; ended: number; failed: number}> {
  const writer = await engines.writer();
  const tally = {put_back: 0, ended: 0, failed: 0};
  for (const chunk of store.extended(incident)) {
    const live = new Map(
      (await engines.accounts.sessions([...new Set(chunk.map(({user}) => user))])).map((session) => [
        session.id,
        session,
      ]),
    );
    const ours = chunk.filter(({session, to_expiry: to}) => live.get(session)?.expires_at === to);
    const now = engines.clock.now();
    const past = ours.filter(({from_expiry: from}) => from !== 0 && from <= now).map(({session}) => session);
    const future = ours
      .filter(({session}) => !past.includes(session))
      .map(({session, from_expiry: from}) => ({id: session, expires_at: from}));
    const failed = [
      ...(past.length > 0 ? await writer.revokeSessions(past) : []),
      ...(future.length > 0 ? await needExtend(writer)(future) : []),
    ].map(({id}) => id);
    store.settle(
      incident,
      chunk.map(({session}) => session).filter((id) => !failed.includes(id)),
      'put_back',
    );
    tally.failed += failed.length;
    tally.ended += past.filter((id) => !failed.includes(id)).length;
    tally.put_back += future.filter(({id}) => !failed.includes(id)).length;
    if (failed.length > 0) {
      break;
    }
  }
  return tally;
}
