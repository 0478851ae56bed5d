export {createCopies, type Copies} from './copies.ts';
export type {CopySetting} from './setting.ts';
