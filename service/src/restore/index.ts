export type {RestoreEngines} from './engines.ts';
export {createRestore, type Restore} from './restore.ts';
export {UNDO_TABLE} from './undo_log.ts';
