export {createEnrolment, type Enrolment} from './enrolment.ts';
export type {Confirm, ServerIdentity} from './origin.ts';
export {ENROLMENT_TABLES} from './tables.ts';
