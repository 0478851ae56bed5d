export {createCopies, type Copies} from './copies.ts';
export {wasThere} from './copy_job.ts';
export type {CopySetting} from './setting.ts';
