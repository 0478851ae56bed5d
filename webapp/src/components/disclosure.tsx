import React, {useState, type ReactNode} from 'react';
import {Button} from './button.tsx';
import {useStableId} from './use_stable_id.ts';

type Props = {summary: ReactNode; children: ReactNode; className?: string};

/** Opens and closes what is below it. Not a <details>: the System Console styles those of its own. */
export function Disclosure({summary, children, className = ''}: Props) {
  const id = useStableId();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={`dr-disclosure ${className}`}>
      <Button
        look="link"
        className="dr-disclosure-summary"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="dr-disclosure-mark" aria-hidden="true">
          ▸
        </span>
        <span>{summary}</span>
      </Button>
      <div id={id} hidden={!isOpen}>
        {children}
      </div>
    </div>
  );
}
