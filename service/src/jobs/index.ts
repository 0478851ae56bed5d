export {createJobs, type Jobs, type Leftovers, type StartedJob} from './jobs.ts';
export {laneOf, type Lane} from './lease.ts';
export {need, type Procedure, type Step, type StepContext} from './procedure.ts';
export {hasEnded, type Origin} from './store.ts';
export {JOB_TABLES} from './tables.ts';
