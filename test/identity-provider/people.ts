import {readFileSync} from 'node:fs';

/** Somebody whom the identity provider knows. `id` is what Mattermost keeps as auth_data. */
interface ProviderPerson {
  readonly id: number;
  readonly email: string;
  readonly password: string;
}

/** By username. */
export type ProviderPeople = Readonly<Record<string, ProviderPerson>>;

/** What the provider answers instead of doing its work. */
export interface AnswerInstead {
  readonly status: number;
  readonly body: string;
  readonly content_type: string;
  /** Only requests whose path begins so; '' for all. */
  readonly path: string;
  /** Waits this long first; with status 0 the work is then done as ever. */
  readonly delay_ms: number;
}

/** Read again for every request, so that a test changes a person while the provider runs. */
export function readPeople(file: string): ProviderPeople {
  return JSON.parse(readFileSync(file, 'utf8')) as ProviderPeople;
}

/** Undefined: as ever. */
export function readAnswerInstead(file: string): AnswerInstead | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AnswerInstead;
  } catch {
    return undefined;
  }
}
