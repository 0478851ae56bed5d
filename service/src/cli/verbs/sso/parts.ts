import type {Jobs} from '../../../jobs/index.ts';
import type {Clock} from '../../../kernel/clock.ts';
import type {By, Sso} from '../../../sso/index.ts';
import {cliActor} from '../../companion.ts';
import type {Outcome} from '../../output.ts';
import type {CommonOptions} from '../../verb.ts';

/** What the verbs of an outage work with. */
export type SsoParts = {sso: Sso; jobs: Jobs; clock: Clock};

/** Runs `work` with what the configuration describes. */
export type WithSso = (options: CommonOptions, work: (parts: SsoParts) => Promise<Outcome>) => Promise<Outcome>;

/** Whoever has a shell on the companion's machine. */
export function byShell(): By {
  return {actor: cliActor(), onHost: true};
}

/** Without what was not given, so that the contract's own defaults count. */
export function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** An option as a number; NaN is refused by the contract's schema. */
export function numberOf(text: unknown): number | undefined {
  return text === undefined
    ? undefined
    : typeof text === 'string' && /^\d{1,6}$/.test(text)
      ? Number(text)
      : Number.NaN;
}
