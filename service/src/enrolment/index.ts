export {createEnrolment, type Enrolment, type EnrolmentParts, type ServerIdentity} from './enrolment.ts';
export {ENROLMENT_TABLES} from './tables.ts';
export {watchIdentity} from './watch_identity.ts';
