import React, {Fragment} from 'react';

/** Words of a server. Commands stand between backticks in them; nothing else is markup. */
export function ServerText({text}: {text: string}) {
  return (
    <>
      {text
        .split('`')
        .map((piece, index) =>
          index % 2 === 1 ? <code key={index}>{piece}</code> : <Fragment key={index}>{piece}</Fragment>,
        )}
    </>
  );
}
