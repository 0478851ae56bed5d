import type {Status} from '@disaster-recovery/contract';
import React from 'react';
import {Card} from '../components/card.tsx';
import {Copyable} from '../components/copyable.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useSay} from '../i18n/say.tsx';

type Props = {actions: Status['next_actions']; canRestore: boolean; isDown: boolean};

/** What the companion would do in your place, and what to type on the day it is needed. */
export function NextActions({actions, canRestore, isDown}: Props) {
  const say = useSay();
  if (actions.length === 0 && !canRestore) {
    return null;
  }
  return (
    <Card title={say('next.title')}>
      <ul className="dr-next">
        {isDown && (
          <li>
            <span>{say('next.serve')}</span>
            <Copyable text="drctl serve" />
          </li>
        )}
        {actions.map(({message, remedy, shell}) => (
          <li key={`${message}${remedy}`}>
            <span>
              <ServerText text={message} />
            </span>
            <How text={shell ?? remedy} />
          </li>
        ))}
        {canRestore && (
          <li>
            <span>
              <b>{say('next.restore')}</b>
            </span>
            <span className="dr-dim">{say('next.restore.how')}</span>
            <Copyable text="drctl restore latest --dry-run" />
            <Copyable text="drctl restore latest" />
          </li>
        )}
      </ul>
    </Card>
  );
}

function How({text}: {text: string}) {
  return text.startsWith('drctl ') ? (
    <Copyable text={text} />
  ) : (
    <span className="dr-dim">
      <ServerText text={text} />
    </span>
  );
}
