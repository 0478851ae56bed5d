import React from 'react';
import {useSay, type MessageId} from '../i18n/say.tsx';

export function Checkbox({
  label,
  isChecked,
  onChange,
}: {
  label: MessageId;
  isChecked: boolean;
  onChange(isChecked: boolean): void;
}) {
  return (
    <label className="dr-checkbox">
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.target.checked)} />
      {useSay()(label)}
    </label>
  );
}
