export {runCompanion, type DaemonParts} from './run_companion.ts';
