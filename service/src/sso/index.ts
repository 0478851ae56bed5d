export type {Sso} from './sso.ts';
