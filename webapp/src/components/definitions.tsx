import React, {type ReactNode} from 'react';
import {Text, type MessageId} from '../i18n/say.tsx';

/** Names and values; rows without a value are left out. */
export function Definitions({rows}: {rows: ReadonlyArray<readonly [MessageId, ReactNode]>}) {
  return (
    <dl className="dr-definitions">
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>
              <Text id={name} />
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
