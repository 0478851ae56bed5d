import type {CliVerb} from '@disaster-recovery/contract';
import type {Jobs} from '../../../jobs/index.ts';
import type {By, Sso} from '../../../sso/index.ts';
import {cliActor} from '../../companion.ts';
import type {CommonOptions, RunOf} from '../../verb.ts';

/** What the verbs of an outage work with. */
type SsoParts = {sso: Sso; jobs: Jobs};

export type SsoVerb = Extract<CliVerb, `sso ${string}`>;
export type SsoRuns<Name extends SsoVerb> = {readonly [One in Name]: RunOf<One>};

/** Runs `work` with what the configuration describes. */
export type WithSso = <Value>(options: CommonOptions, work: (parts: SsoParts) => Promise<Value>) => Promise<Value>;

/** Whoever has a shell on the companion's machine. */
export function byShell(): By {
  return {actor: cliActor(), onHost: true};
}
