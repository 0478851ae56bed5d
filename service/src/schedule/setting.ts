import type {Part, VerifyLevel} from '@disaster-recovery/contract';

/** One schedule as the configuration has it. */
export type ScheduleSetting = {
  name: string;
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** An IANA name; null: the zone of this machine. */
  timeZone: string | null;
  scope: readonly Part[];
  /** Each run begins up to so much later than its cron time, always the same for one run. */
  jitterMs: number;
  /** A run begins so much after its time at the latest; null: whenever it can. */
  windowMs: number | null;
  /** What each new set is verified by; null: by the backup alone. */
  verify: VerifyLevel | null;
  /** Repositories from which, after all else, the sets are removed that no rule keeps. */
  keep: readonly string[];
};
