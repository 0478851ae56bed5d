import type {Command} from 'commander';
import type {Outcome, Output} from './output.ts';

/** Options that every verb has, before or after its name. */
export type CommonOptions = {config?: string; json?: boolean};

/** What a verb is: how it is called, and what it does. `run` throws Failures and returns its answer. */
export type Verb = {
  describe(command: Command): Command;
  run(call: {options: CommonOptions & Record<string, unknown>; arguments: string[]; output: Output}): Promise<Outcome>;
};

/** Verbs under one name: `drctl sso status`. */
export type VerbGroup = {says: string; verbs: Record<string, Verb>};
