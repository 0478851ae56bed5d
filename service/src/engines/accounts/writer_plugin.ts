import {signInRefusal} from '@disaster-recovery/contract';
import {asFailure} from '../../kernel/failure.ts';
import type {MattermostBridge} from '../mattermost/port.ts';
import type {AccountWriter, SignInChange, SignInOutcome} from './port.ts';
import {batches} from './writer_batches.ts';

// What the bridge takes at once (contract/src/bridge.ts).
const CHANGES_AT_ONCE = 100;
const SESSIONS_AT_ONCE = 200;

type Hands = Pick<MattermostBridge, 'changeSignIn' | 'extendSessions' | 'revokeSessions'>;
type Failed = {id: string; says: string};

/** Changes accounts through Mattermost itself, which clears its caches on all nodes. */
export function createPluginWriter(bridge: Hands): AccountWriter {
  return {
    through: 'plugin',
    changeSignIn: async (changes, signal) => {
      const {good, refused} = sorted(changes);
      return [
        ...refused,
        ...(await inBatches<SignInChange, SignInOutcome>(good, CHANGES_AT_ONCE, {
          work: async (batch) => answered(batch, await bridge.changeSignIn(batch, signal)),
          failed: ({id}, says) => ({id, outcome: 'failed', says}),
          signal,
        })),
      ];
    },
    revokeSessions: (ids) =>
      inBatches<string, Failed>(ids, SESSIONS_AT_ONCE, {
        work: (batch) => bridge.revokeSessions(batch),
        failed: (id, says) => ({id, says}),
      }),
    extendSessions: (sessions) =>
      inBatches(sessions, SESSIONS_AT_ONCE, {
        work: (batch) => bridge.extendSessions(batch),
        failed: ({id}, says) => ({id, says}),
      }),
  };
}

/** The bridge would refuse a whole request for one bad change in it. */
function sorted(changes: readonly SignInChange[]): {good: SignInChange[]; refused: SignInOutcome[]} {
  const [good, refused]: [SignInChange[], SignInOutcome[]] = [[], []];
  for (const change of changes) {
    const says = signInRefusal(change.to);
    if (says === null) {
      good.push(change);
    } else {
      refused.push({id: change.id, outcome: 'failed', says});
    }
  }
  return {good, refused};
}

/** One outcome for each change, whatever the bridge left out or added. */
function answered(batch: readonly SignInChange[], outcomes: readonly SignInOutcome[]): SignInOutcome[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return batch.map(
    ({id}) => byId.get(id) ?? {id, outcome: 'failed', says: 'The plugin did not say what became of it.'},
  );
}

type Batching<Item, Answer> = {
  work: (batch: Item[]) => Promise<Answer[]>;
  failed: (item: Item, says: string) => Answer;
  signal?: AbortSignal | undefined;
};

/** A failure of the first batch is thrown: nothing can be changed at all. One later is told for what was not done, so that what was done is not lost. */
async function inBatches<Item, Answer>(
  all: readonly Item[],
  size: number,
  {work, failed, signal}: Batching<Item, Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let done = 0;
  for (const batch of batches(all, size)) {
    signal?.throwIfAborted();
    try {
      answers.push(...(await work(batch)));
    } catch (error) {
      if (done === 0) {
        throw error;
      }
      return [...answers, ...all.slice(done).map((item) => failed(item, asFailure(error).message))];
    }
    done += batch.length;
  }
  return answers;
}
