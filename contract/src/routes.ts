import type {FailureCode} from './errors.ts';
import {VERBS, type Route, type Verb} from './verbs/index.ts';

/** Errors that every signed route can answer with. */
export const SIGNED_ERRORS = [
  'NOT_ENROLLED',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_REPLAYED',
  'NOT_SYSTEM_ADMIN',
  'COMPANION_READ_ONLY',
  'USAGE_INVALID',
  'INTERNAL',
] as const satisfies readonly FailureCode[];

type Declared = (typeof VERBS)[keyof typeof VERBS];
type RoutesOf<OneVerb> = OneVerb extends {routes: infer Routes} ? (routes: Routes) => void : never;
/** The routes of all verbs in one record: an intersection over the verbs, which differ in their names. */
type AllRoutes = RoutesOf<Declared> extends (routes: infer Together) => void ? Together : never;
type Routes = {[Name in keyof AllRoutes]: AllRoutes[Name]};

/** The routes of some verbs by name. */
export function routesOf(verbs: Readonly<Record<string, Verb>>): Record<string, Route> {
  return Object.assign({}, ...Object.values(verbs).map(({routes}) => routes)) as Record<string, Route>;
}

/** All that the companion answers, as its verbs declare it. openapi.json is generated from it, and the server registers from it. */
export const ROUTES = routesOf(VERBS) as Routes;

export type RouteName = keyof Routes;
export type {Route} from './verbs/index.ts';
