import type {Verb} from '@disaster-recovery/contract';
/** docs/cli.md, without its first line: what commander was told of the verbs. */
export declare function cliPage(verbs: Readonly<Record<string, Verb>>): string;
