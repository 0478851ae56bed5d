import type {Forecast} from '@disaster-recovery/contract';
import React from 'react';
import {useBare, useSay} from '../i18n/say.tsx';
import {pointAt} from './sso_headline.ts';

const HOUR = 3_600_000;

/** One sentence for quiet days: what an outage would mean now. */
export function ForecastSentence({forecast}: {forecast: Forecast}) {
  const say = useSay();
  const [soon, later] = [pointAt(forecast, 8 * HOUR), pointAt(forecast, 24 * HOUR)];
  if (!soon || !later || forecast.sso_accounts === 0) {
    return null;
  }
  return (
    <p className="dr-dim">
      {say('sso.forecast.sentence', {
        now: forecast.locked_out_now,
        all: forecast.sso_accounts - forecast.dormant,
        soon: soon.locked_out,
        soon_ms: {duration: soon.within_ms},
        later: later.locked_out,
        later_ms: {duration: later.within_ms},
      })}
    </p>
  );
}

/** People locked out, by time: two bars for each. The numbers stand as text; who cannot see the bars gets a table. */
export function ForecastPicture({forecast}: {forecast: Forecast}) {
  const say = useSay();
  const bare = useBare();
  const number = (value: number) => bare({message: {id: 'number', values: {value}}});
  const most = Math.max(1, ...forecast.curve.map((point) => Math.max(point.locked_out, point.with_extension)));
  if (forecast.curve.length === 0) {
    return null;
  }
  return (
    <figure className="dr-forecast">
      <figcaption>
        <h3>{say('sso.forecast.title')}</h3>
        <span className="dr-legend" aria-hidden="true">
          <span>
            <Swatch kind="as_is" /> {say('sso.forecast.as_is')}
          </span>
          <span>
            <Swatch kind="extended" /> {say('sso.forecast.extended')}
          </span>
        </span>
      </figcaption>
      <div className="dr-bars" aria-hidden="true">
        {forecast.curve.map((point) => (
          <div key={point.within_ms} className="dr-bar-pair">
            <Bars asIs={point.locked_out / most} extended={point.with_extension / most} />
            <span className="dr-bar-numbers">
              <b>{number(point.locked_out)}</b>
              <span>{number(point.with_extension)}</span>
            </span>
            <span className="dr-dim">{bare({duration: point.within_ms})}</span>
          </div>
        ))}
      </div>
      <div className="dr-hidden">
        <table>
          <caption>{say('sso.forecast.title')}</caption>
          <thead>
            <tr>
              {(['within', 'as_is', 'extended'] as const).map((id) => (
                <th key={id} scope="col">
                  {say(`sso.forecast.${id}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {forecast.curve.map((point) => (
              <tr key={point.within_ms}>
                <th scope="row">{bare({duration: point.within_ms})}</th>
                <td>{number(point.locked_out)}</td>
                <td>{number(point.with_extension)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

const HEIGHT = 72;

function Bars({asIs, extended}: {asIs: number; extended: number}) {
  const tall = (share: number) => (share > 0 ? Math.max(2, share * (HEIGHT - 2)) : 0);
  return (
    <svg viewBox={`0 0 40 ${HEIGHT}`} width="40" height={HEIGHT} focusable="false">
      <rect className="dr-bar-as-is" x="2" width="16" rx="2" y={HEIGHT - tall(asIs)} height={tall(asIs)} />
      <rect
        className="dr-bar-extended"
        x="22.75"
        width="14.5"
        rx="2"
        y={HEIGHT - tall(extended)}
        height={tall(extended)}
      />
      <path className="dr-bar-ground" d={`M0 ${HEIGHT - 0.5}H40`} />
    </svg>
  );
}

function Swatch({kind}: {kind: 'as_is' | 'extended'}) {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" focusable="false">
      <rect
        className={kind === 'as_is' ? 'dr-bar-as-is' : 'dr-bar-extended'}
        x="1"
        y="1"
        width="10"
        height="10"
        rx="2"
      />
    </svg>
  );
}
