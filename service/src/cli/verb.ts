import type {CliVerb, RequestOf} from '@disaster-recovery/contract';
import type {Outcome, Output} from './output.ts';

/** Options that every verb has, before or after its name. */
export type CommonOptions = {config?: string; json?: boolean};

/** One call of a verb. Options have the names of commander: `--dry-run` is `dryRun`. */
export type Call<Request = unknown> = {
  options: CommonOptions & Record<string, unknown>;
  /** The word after the verb. */
  subject: string | undefined;
  /** The same as the request that the verb declares. @throws Failure USAGE_INVALID */
  request(): Promise<Request>;
  output: Output;
};

/** What a verb does on a shell, and how it says it. Throws Failures and returns its answer. */
export type Run<Request = unknown> = (call: Call<Request>) => Promise<Outcome>;
export type RunOf<Name extends CliVerb> = Run<RequestOf<Name>>;

/** By verb, loaded when it is used: most calls need one of them. */
export type Runs = {readonly [Name in CliVerb]: () => Promise<RunOf<Name>>};
