import type {Hold, Part} from '@disaster-recovery/contract';

/** The keep-rules of one repository; 0: the rule keeps nothing. */
export type KeepRules = {
  last: number;
  hourly: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
  withinMs: number;
  minimumSets: number;
  minimumVerified: number;
  restorePointsMs: number;
  /** An IANA name; null: the zone of this machine. */
  timeZone: string | null;
};

/** A set as the rules see it. */
export type Candidate = {
  id: string;
  kind: 'backup' | 'restore_point';
  t0: number;
  scope: readonly Part[];
  /** Its files fit its database, all that its manifest names is there, and no verification that still counts found it wanting. */
  good: boolean;
  /** It passed a verification that looked beyond its seal, and none since found it wanting. */
  verified: boolean;
  /** It says that it was taken later than now. */
  inFuture: boolean;
  /** Ids of the snapshots that its manifest names. */
  named: readonly string[];
  /** Ids of the snapshots that were made for it: another set may name one of them. */
  own: readonly string[];
  hold: Hold | null;
};

/** Whether a hold holds then. */
export const isInForce = ({until}: Pick<Hold, 'until'>, now: number): boolean => until === null || now < until;
