export {createBackup, type Backup} from './backup.ts';
export {crossCheckLists} from './cross_check.ts';
export {totalsOf} from './file_index.ts';
export {EFFECTIVE_CONFIG, EXPECTED_FILES} from './work.ts';
