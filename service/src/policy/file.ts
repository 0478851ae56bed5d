import type {Failure} from '../kernel/failure.ts';

/** One setting and what it becomes; undefined takes it out. */
export type Assignment = {path: readonly string[]; value: unknown};

/** What of the configuration's file a change of policy needs; `config/` has it. */
export type PolicyFile<Config> = {
  path: string;
  read(): Promise<{text: string; revision: string}>;
  parse(text: string): Promise<Config>;
  values(text: string): Record<string, unknown>;
  /** Without passwords and credentials. */
  written(text: string): Record<string, unknown>;
  withAssignments(text: string, assignments: readonly Assignment[]): string;
  differences(before: unknown, after: unknown, path?: readonly string[]): Assignment[];
  setByEnvironment(path: readonly string[]): string | null;
  obstacle(): Promise<Failure | null>;
  stage(text: string): Promise<{revision: string; commit(expected: string): void; discard(): Promise<void>}>;
};
