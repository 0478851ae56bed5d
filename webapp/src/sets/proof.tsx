import type {ListedJob, SetSummary, VerifyVerdict} from '@disaster-recovery/contract';
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
export function verifications(jobs: readonly ListedJob[]): Map<string, VerifyVerdict> {
  const newest = new Map<string, VerifyVerdict>();
  for (const {verified} of jobs) {
    const known = verified && newest.get(verified.set);
    if (verified && (!known || known.checked_at < verified.checked_at)) {
      newest.set(verified.set, verified);
    }
  }
  return newest;
}

export function Proof({set, verified, now}: {set: SetSummary; verified: VerifyVerdict | undefined; now: number}) {
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
