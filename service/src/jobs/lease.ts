import type {JobKind} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';
import {processStart} from '../kernel/process_start.ts';
import type {State} from '../kernel/state.ts';

type Row = {job: string; pid: number; process_start: string};

/** Jobs of different lanes cannot spoil each other: `data` makes and reads sets, `copies` sends them elsewhere, `accounts` changes how people sign in. */
export type Lane = 'data' | 'copies' | 'accounts';
export const LANES: readonly Lane[] = ['data', 'copies', 'accounts'];

export function laneOf(kind: JobKind): Lane {
  return kind.startsWith('sso_') ? 'accounts' : kind === 'copy' ? 'copies' : 'data';
}

/** One job at a time in each lane, over all programs that share the state. The lease of a dead process is free. */
export type Lease = {
  /** @throws Failure JOB_ALREADY_RUNNING */
  take(lane: Lane, job: string): void;
  release(job: string): void;
  /** The job whose process is alive and holds the lease of the lane. */
  holder(lane: Lane): string | null;
};

export function createLease(state: State): Lease {
  const {db} = state;
  const read = db.prepare('SELECT job, pid, process_start FROM leases WHERE lane = ?');
  const write = db.prepare('INSERT OR REPLACE INTO leases (lane, job, pid, process_start) VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM leases WHERE job = ?');

  function holder(lane: Lane): string | null {
    const row = read.get(lane) as Row | undefined;
    return row && processStart(row.pid) === row.process_start ? row.job : null;
  }

  return {
    holder,
    take: (lane, job) => {
      state.transact(() => {
        const running = holder(lane);
        if (running !== null && running !== job) {
          throw new Failure('JOB_ALREADY_RUNNING', `Job ${running} is running.`, {details: {job: running}});
        }
        write.run(lane, job, process.pid, processStart(process.pid) ?? '');
      });
    },
    release: (job) => {
      remove.run(job);
    },
  };
}
