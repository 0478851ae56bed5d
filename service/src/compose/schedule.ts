import {ALL_PARTS} from '@disaster-recovery/contract';
import type {Backup} from '../backup/index.ts';
import type {Config} from '../config/schema.ts';
import {createSchedules, type Schedules, type ScheduleSetting} from '../schedule/index.ts';
import type {Keeping} from '../retention/index.ts';
import type {Verify} from '../verify/index.ts';
import type {Core} from './core.ts';
import {thinnedOut} from './retention.ts';

const MINUTE_MS = 60_000;

type Parts = {
  config: Config;
  core: Core;
  backup: Backup;
  verify: Verify;
  keeping: Keeping;
  /** @throws Failure COMPANION_READ_ONLY */
  requireWritable(): void;
};

/** What is done by itself while the companion runs. */
export function composeSchedules({config, core, backup, verify, keeping, requireWritable}: Parts): Schedules {
  const settings = config.schedules.map((written) => settingOf(written, thinnedOut(config)));
  return createSchedules({
    ...core,
    settings: () => settings,
    begin: {
      backup: async ({name, scope}, by) => {
        requireWritable();
        return backup.start({scope: [...scope], reason: `schedule ${name}`}, by);
      },
      follow: async (follower, set, actor) => {
        if (follower.kind === 'verify') {
          return verify.start({set, level: follower.level}, {actor});
        }
        requireWritable();
        return keeping.apply({repository: follower.repository}, {actor});
      },
    },
  });
}

function settingOf(written: Config['schedules'][number], thinnedOut: readonly string[]): ScheduleSetting {
  return {
    name: written.name,
    cron: written.cron,
    timeZone: written.time_zone ?? null,
    scope: written.scope ?? ALL_PARTS,
    jitterMs: written.jitter_minutes * MINUTE_MS,
    windowMs: written.window_minutes === undefined ? null : written.window_minutes * MINUTE_MS,
    verify: written.verify ?? null,
    keep: thinnedOut,
  };
}
