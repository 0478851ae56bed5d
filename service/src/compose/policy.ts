import {isDeepStrictEqual} from 'node:util';
import type {ConfigFile} from '../config/config_file.ts';
import type {ConfigText} from '../config/load.ts';
import type {Config} from '../config/schema.ts';
import {shownConfig} from '../config/show.ts';
import type {Logger} from '../kernel/log.ts';
import {createPolicy, createTakeUp, enterStart, type Policy} from '../policy/index.ts';
import type {Core} from './core.ts';

/** The configuration's file, and what was read in it. */
export type LoadedFile = ConfigText & {file: ConfigFile};

/** What is made once, at the start. */
const AT_START = ['state_directory', 'staging_directory', 'companion_id', 'serve', 'log_level'] as const;

/** What this process goes by. */
export type Effect = {
  file: ConfigFile;
  config(): Config;
  from(): ConfigText;
  /** Settings that stand otherwise in the file, and count at the next start. */
  needsRestart(): readonly string[];
  goBy(config: Config, from: ConfigText): void;
};

export function createEffect(started: Config, {file, text, revision}: LoadedFile): Effect {
  let now = {config: started, from: {text, revision}, needsRestart: [] as string[]};
  return {
    file,
    config: () => now.config,
    from: () => now.from,
    needsRestart: () => now.needsRestart,
    goBy: (config, from) => {
      const needsRestart = AT_START.filter((name) => !isDeepStrictEqual(config[name], started[name]));
      const kept = Object.fromEntries(AT_START.map((name) => [name, started[name]]));
      now = {config: {...config, ...kept}, from, needsRestart};
    },
  };
}

export function composePolicy({state, ledger}: Core, effect: Effect): Policy {
  return createPolicy({
    file: effect.file,
    state,
    ledger,
    inEffect: () => ({
      revision: effect.from().revision,
      shown: shownConfig(effect.config()),
      needsRestart: effect.needsRestart(),
    }),
  });
}

/** `use`: makes what goes by the settings that are in effect now. Does it fail, those of before are in effect again. */
export function followFile(
  {ledger, log}: Pick<Core, 'ledger'> & {log: Logger},
  effect: Effect,
  use: () => Promise<void>,
): {look(): Promise<void>} {
  const parts = {file: effect.file, ledger, log, inEffect: effect.from};
  enterStart(parts);
  return createTakeUp({
    ...parts,
    apply: async (config, from) => {
      const before = {config: effect.config(), from: effect.from()};
      effect.goBy(config, from);
      try {
        await use();
      } catch (error) {
        effect.goBy(before.config, before.from);
        throw error;
      }
    },
  });
}
