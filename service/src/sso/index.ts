export {createSso} from './create_sso.ts';
export {DETECTION_TABLES} from './detection/store.ts';
export type {SsoConfig, SsoEngines} from './engines.ts';
export {createReadiness} from './readiness/readiness.ts';
export type {By, Sso} from './sso.ts';
export {SSO_ANNOUNCED_TABLE} from './store/announced.ts';
export {SSO_DRIFT_TABLE, SSO_TABLES} from './store/tables.ts';
