import React, {type ReactNode} from 'react';
import {useStableId} from './use_stable_id.ts';

type Props = {title: ReactNode; children: ReactNode; aside?: ReactNode; className?: string; anchor?: string};

export function Card({title, children, aside, className = '', anchor}: Props) {
  const id = useStableId();
  return (
    <section className={`dr-card ${className}`} aria-labelledby={id} id={anchor}>
      <div className="dr-card-head">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
