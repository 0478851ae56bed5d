export {createBackup, type Backup} from './backup.ts';
export {crossCheckLists} from './cross_check.ts';
export type {BackupEngines} from './engines.ts';
export {EFFECTIVE_CONFIG, EXPECTED_FILES, isOwnName, LEDGER_COPY} from './work.ts';
