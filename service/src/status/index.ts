export {createStatus, type StatusReport} from './status.ts';
