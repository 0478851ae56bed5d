import type {Progress} from '@disaster-recovery/contract';
import React from 'react';
import {useBare, useSay, type Value} from '../i18n/say.tsx';
import {percentOf} from './job_state.ts';
import {useStepName} from './step_list.tsx';

function amount(unit: Progress['unit'], count: number): Exclude<Value, string | number> {
  return unit === 'bytes' ? {bytes: count} : {message: {id: `unit.${unit}`, values: {count: Math.round(count)}}};
}

/** Bar, numbers and a spoken line. Assistive technology hears of each quarter, not of each second. */
export function ProgressBar({progress}: {progress: Progress}) {
  const say = useSay();
  const bare = useBare();
  const phase = useStepName()(progress.phase);
  const percent = percentOf(progress);
  const {step, steps, done, total, unit, rate, eta_ms: eta} = progress;
  const position = {step, steps, phase};
  const numbers = [
    total === null
      ? say('progress.so_far', {done: amount(unit, done)})
      : say('progress.of', {done: amount(unit, done), total: amount(unit, total)}),
    rate !== null && unit !== 'steps' && say('progress.rate', {rate: amount(unit, rate)}),
    eta !== null && say('progress.eta', {eta: {duration: eta}}),
  ].filter(Boolean);
  const isCounting = unit !== 'steps' || (total ?? 0) > 1;
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
        aria-valuetext={
          percent === null ? say('progress.spoken_open', position) : say('progress.spoken', {...position, percent})
        }
      >
        <i style={percent === null ? undefined : {width: `${percent}%`}} />
      </div>
      <p className="dr-dim dr-numbers">
        {isCounting ? numbers.join(' · ') : bare({message: {id: 'unit.steps', values: {count: steps}}})}
      </p>
      <p className="dr-hidden" role="status">
        {percent === null
          ? say('progress.spoken_open', position)
          : say('progress.spoken', {...position, percent: Math.floor(percent / 25) * 25})}
      </p>
    </div>
  );
}
