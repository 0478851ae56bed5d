import React, {Fragment} from 'react';
import {CommandText} from './copyable.tsx';

/** Chat and terminal escape what would be markup there; here nothing is markup, so the escapes would only show. */
function withoutEscapes(text: string): string {
  return text.replace(/\\([\\`*_{}[\]()<>#+\-.!|~])/g, '$1');
}

/** Words of a server. Commands stand between backticks in them; nothing else is markup. */
export function ServerText({text}: {text: string}) {
  return (
    <>
      {text
        .split('`')
        .map((piece, index) =>
          index % 2 === 1 ? (
            <CommandText key={index} text={piece} />
          ) : (
            <Fragment key={index}>{withoutEscapes(piece)}</Fragment>
          ),
        )}
    </>
  );
}
