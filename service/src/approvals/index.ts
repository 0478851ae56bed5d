export {createApprovals, type Act, type Approvals} from './approvals.ts';
export type {Reach} from './rule.ts';
export {APPROVAL_TABLES} from './tables.ts';
