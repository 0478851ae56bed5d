export {createSchedules, type Schedules} from './schedule.ts';
export type {ScheduleSetting} from './setting.ts';
export {SCHEDULE_TABLES} from './tables.ts';
