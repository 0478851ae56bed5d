import React, {type KeyboardEvent} from 'react';
import {Text, useSay, type Message, type MessageId} from '../i18n/say.tsx';
import {Icon} from './icon.tsx';
import {useStableId} from './use_stable_id.ts';

type Props = {
  label: MessageId;
  help?: MessageId;
  value: string;
  problem: Message | null;
  placeholder?: string;
  type?: 'text' | 'url';
  isCode?: boolean;
  disabled?: boolean;
  onChange(value: string): void;
  onEnter?(): void;
};

export function Field({
  label,
  help,
  value,
  problem,
  placeholder,
  type = 'text',
  isCode = false,
  disabled = false,
  onChange,
  onEnter,
}: Props) {
  const id = useStableId();
  const say = useSay();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      // Otherwise it submits the form of the System Console.
      event.preventDefault();
      onEnter?.();
    }
  };
  return (
    <div className="dr-field">
      <label htmlFor={id}>{say(label)}</label>
      <input
        id={id}
        className={isCode ? 'dr-input dr-input-code' : 'dr-input'}
        type={type}
        value={value}
        placeholder={placeholder}
        disabled={disabled}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p id={`${id}-help`} className={problem ? 'dr-problem' : 'dr-dim'}>
        {problem ? (
          <>
            <Icon tone="bad" size={12} /> <Text {...problem} />
          </>
        ) : (
          help && say(help)
        )}
      </p>
    </div>
  );
}
