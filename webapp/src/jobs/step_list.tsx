import type {StepRecord} from '@disaster-recovery/contract';
import React from 'react';
import {useBare, useKnownText, useSay} from '../i18n/say.tsx';

const MARKS: Record<StepRecord['outcome'], string> = {done: '✓', skipped: '–', failed: '✕', running: '▸', waiting: '○'};

/** Names come from the companion. One that this page does not know reads as it is, with spaces. */
export function useStepName(): (name: string) => string {
  const known = useKnownText();
  return (name) => {
    const text = known(`phase.${name}`);
    if (text) {
      return text;
    }
    const words = name.replace(/[_-]+/g, ' ').trim();
    return words.charAt(0).toUpperCase() + words.slice(1);
  };
}

export function StepList({steps, hasEnded}: {steps: readonly StepRecord[]; hasEnded: boolean}) {
  const say = useSay();
  const bare = useBare();
  const stepName = useStepName();
  if (steps.length === 0) {
    return null;
  }
  return (
    <ol className="dr-steps" aria-label={say('steps.label')}>
      {steps.map(({name, outcome, ms}) => (
        <li key={name} className={`dr-step-${outcome}`} aria-current={outcome === 'running' ? 'step' : undefined}>
          <span className="dr-step-mark" aria-hidden="true">
            {MARKS[outcome] ?? '○'}
          </span>
          <span className="dr-step-name">{stepName(name)}</span>
          <span className="dr-step-state">
            {outcome === 'done' && ms !== null
              ? bare({duration: ms})
              : say(hasEnded && outcome === 'waiting' ? 'step.not_reached' : `step.${outcome}`)}
          </span>
        </li>
      ))}
    </ol>
  );
}
