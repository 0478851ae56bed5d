export {createEnrollment, type Enrollment} from './enrollment.ts';
export type {Confirm, ServerIdentity} from './origin.ts';
export {ENROLLMENT_TABLES} from './tables.ts';
