import type {Progress} from '@disaster-recovery/contract';
import React from 'react';
import {useSay, type Value} from '../i18n/say.tsx';
import {percentOf, type Head} from './job_state.ts';
import {useStepName} from './step_list.tsx';

function amount(unit: Progress['unit'], count: number): Exclude<Value, string | number> {
  return unit === 'bytes' ? {bytes: count} : {message: {id: `unit.${unit}`, values: {count: Math.round(count)}}};
}

/** Bar, numbers and a spoken line, of the step that runs. Assistive technology hears of each step and each quarter, not of each second. */
export function ProgressBar({head}: {head: Head}) {
  const say = useSay();
  const phase = useStepName()(head.name);
  const percent = percentOf(head.progress);
  const position = {step: head.step, steps: head.steps, phase};
  const spoken = (rounded: number | null) =>
    rounded === null ? say('progress.spoken_open', position) : say('progress.spoken', {...position, percent: rounded});
  return (
    <div className="dr-progress">
      <p className="dr-progress-head">
        <b>{say('progress.step', position)}</b>
        {percent !== null && <span className="dr-percent">{say('progress.percent', {percent})}</span>}
      </p>
      <div
        className={percent === null ? 'dr-track dr-track-open' : 'dr-track'}
        role="progressbar"
        aria-label={say('progress.label')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
        aria-valuetext={spoken(percent)}
      >
        <i style={percent === null ? undefined : {width: `${percent}%`}} />
      </div>
      <p className="dr-dim dr-numbers">
        <Numbers head={head} />
      </p>
      <p className="dr-hidden" role="status">
        {spoken(percent === null ? null : Math.floor(percent / 25) * 25)}
      </p>
    </div>
  );
}

/** Whom it waits for; else how far, how fast and how long, as far as it is known; at least since when. */
function Numbers({head: {progress, since}}: {head: Head}) {
  const say = useSay();
  const known: (string | false)[] = [];
  if (progress?.waiting) {
    known.push(progress.waiting.message);
  } else if (progress && (progress.unit !== 'steps' || (progress.total ?? 0) > 1)) {
    const {done, total, unit, rate, eta_ms: eta} = progress;
    known.push(
      total === null
        ? say('progress.so_far', {done: amount(unit, done)})
        : say('progress.of', {done: amount(unit, done), total: amount(unit, total)}),
      rate !== null && rate > 0 && unit !== 'steps' && say('progress.rate', {rate: amount(unit, rate)}),
      eta !== null && eta > 0 && say('progress.eta', {eta: {duration: eta}}),
    );
  }
  known.push(since !== null && say('progress.since', {since: {since}}));
  return <>{known.filter(Boolean).join(' · ')}</>;
}
