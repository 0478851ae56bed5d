import type {Job, SetSummary, VerifyResult} from '@disaster-recovery/contract';
import React from 'react';
import {Badge} from '../components/badge.tsx';
import {useSay} from '../i18n/say.tsx';
import type {Tone} from '../components/tone.ts';

export const CROSS_CHECK_TONE: Record<SetSummary['cross_check'], Tone> = {
  passed: 'good',
  passed_with_losses: 'attention',
  failed: 'bad',
  not_possible: 'quiet',
};

/** The newest verification of each set, from the jobs that the companion remembers. */
export function verifications(jobs: readonly Job[]): Map<string, VerifyResult> {
  const newest = new Map<string, VerifyResult>();
  for (const job of jobs) {
    const result = job.kind === 'verify' ? (job.result as Partial<VerifyResult> | null | undefined) : null;
    if (result?.set && result.level && typeof result.checked_at === 'number') {
      const known = newest.get(result.set);
      if (!known || known.checked_at < result.checked_at) {
        newest.set(result.set, result as VerifyResult);
      }
    }
  }
  return newest;
}

export function Proof({set, verified, now}: {set: SetSummary; verified: VerifyResult | undefined; now: number}) {
  const say = useSay();
  return (
    <span className="dr-badges">
      <Badge tone={CROSS_CHECK_TONE[set.cross_check]}>{say(`cross_check.${set.cross_check}`)}</Badge>
      {verified && (
        <Badge tone={verified.passed ? 'good' : 'bad'}>
          {verified.passed
            ? say('sets.verified', {level: verified.level, age: {duration: Math.max(0, now - verified.checked_at)}})
            : say('sets.verify_failed', {level: verified.level})}
        </Badge>
      )}
    </span>
  );
}
