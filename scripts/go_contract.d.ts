import {type Route, type Verb} from '@disaster-recovery/contract';
/** What the bridge must know of the contract, as Go that gofmt still has to align. */
export declare function goContract(
  verbs: Readonly<Record<string, Verb>>,
  routes: Readonly<Record<string, Route>>,
): string;
/** The whole contract. */
export declare function goContractFile(): string;
