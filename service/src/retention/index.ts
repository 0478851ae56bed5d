export {createHolds, type Holds} from './holds.ts';
export {createKeeping, type Keeping} from './keeping.ts';
export {createRetention} from './retention.ts';
export type {KeepRules} from './rules.ts';
export {HOLD_TABLE} from './tables.ts';
