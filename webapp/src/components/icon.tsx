import React from 'react';
import type {Tone} from './tone.ts';

const SHAPES: Record<Tone, React.ReactNode> = {
  good: <path d="M5 12.5l4.5 4.5L19 7.5" />,
  attention: <path d="M12 4v9.5M12 18.2v.3" />,
  bad: <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />,
  busy: <path d="M12 4a8 8 0 1 1-7.4 5" />,
  quiet: <path d="M12 5.7v.3M12 10.5V19" />,
};

/** A shape beside each colour: nothing is said by colour alone. */
export function Icon({tone, size = 24}: {tone: Tone; size?: number}) {
  return (
    <svg
      className={tone === 'busy' ? 'dr-icon dr-icon-busy' : 'dr-icon'}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="2.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[tone]}
    </svg>
  );
}
