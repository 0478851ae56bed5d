export {createNotify, type Notify, type Subscription} from './notify.ts';
export {NOTIFY_TABLES} from './tables.ts';
