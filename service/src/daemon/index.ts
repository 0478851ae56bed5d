export {runCompanion} from './run_companion.ts';
