import React, {useEffect, useRef, type KeyboardEvent, type ReactNode} from 'react';
import {createPortal} from 'react-dom';
import {useSay, type MessageId} from '../i18n/say.tsx';
import {Button} from './button.tsx';
import {useStableId} from './use_stable_id.ts';

type Props = {
  title: MessageId;
  children: ReactNode;
  confirm: MessageId;
  keep?: MessageId;
  look?: 'danger' | 'primary';
  /** The button keeps its focus meanwhile: `onConfirm` takes no second answer by itself. */
  isBusy?: boolean;
  canConfirm?: boolean;
  onConfirm(): void;
  onClose(): void;
};

/** Asks before something that matters. Focus starts on the harmless answer and returns to where it was. */
export function ConfirmDialog({
  title,
  children,
  confirm,
  keep = 'back',
  look = 'danger',
  isBusy = false,
  canConfirm = true,
  onConfirm,
  onClose,
}: Props) {
  const say = useSay();
  const id = useStableId();
  const box = useRef<HTMLDivElement>(null);
  const harmless = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    harmless.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      onClose();
    } else if (event.key === 'Tab') {
      keepInside(event, box.current);
    }
  };
  return createPortal(
    <div className="dr-root dr-backdrop" onMouseDown={(event) => event.target === event.currentTarget && onClose()}>
      <div
        ref={box}
        className="dr-dialog"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby={id}
        aria-describedby={`${id}-text`}
        onKeyDown={onKeyDown}
      >
        <h2 id={id}>{say(title)}</h2>
        <div id={`${id}-text`} className="dr-dialog-text">
          {children}
        </div>
        <div className="dr-dialog-actions">
          <Button ref={harmless} onClick={onClose}>
            {say(keep)}
          </Button>
          <Button look={look} aria-disabled={isBusy} disabled={!canConfirm} onClick={onConfirm}>
            {say(confirm)}
          </Button>
        </div>
      </div>
    </div>,
    document.body,
  );
}

function keepInside(event: KeyboardEvent, box: HTMLElement | null): void {
  const stops = [...(box?.querySelectorAll<HTMLElement>('button:not(:disabled), input:not(:disabled)') ?? [])];
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (event.shiftKey && document.activeElement === first) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && document.activeElement === last) {
    event.preventDefault();
    first?.focus();
  }
}
