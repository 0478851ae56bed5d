import React, {type ReactNode} from 'react';
import type {Tone} from './tone.ts';
import {Icon} from './icon.tsx';

export function Badge({tone, children, title}: {tone: Tone; children: ReactNode; title?: string | undefined}) {
  return (
    <span className={`dr-badge dr-tone-${tone}`} title={title}>
      <Icon tone={tone} size={11} />
      {children}
    </span>
  );
}
