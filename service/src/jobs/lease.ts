import {Failure} from '../kernel/failure.ts';
import {processStart} from '../kernel/process_start.ts';
import type {State} from '../kernel/state.ts';

type Row = {job: string; pid: number; process_start: string};

/** One job at a time, over all programs that share the state. The lease of a dead process is free. */
export type Lease = {
  /** @throws Failure JOB_ALREADY_RUNNING */
  take(job: string): void;
  release(job: string): void;
  /** The job whose process is alive and holds the lease. */
  holder(): string | null;
};

export function createLease(state: State): Lease {
  const {db} = state;
  const read = db.prepare('SELECT job, pid, process_start FROM lease');
  const write = db.prepare('INSERT OR REPLACE INTO lease (one, job, pid, process_start) VALUES (1, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM lease WHERE job = ?');

  function holder(): string | null {
    const row = read.get() as Row | undefined;
    return row && processStart(row.pid) === row.process_start ? row.job : null;
  }

  return {
    holder,
    take: (job) => {
      state.transact(() => {
        const running = holder();
        if (running !== null && running !== job) {
          throw new Failure('JOB_ALREADY_RUNNING', `Job ${running} is running.`, {details: {job: running}});
        }
        write.run(job, process.pid, processStart(process.pid) ?? '');
      });
    },
    release: (job) => { remove.run(job); },
  };
}
