import type {Status} from '@disaster-recovery/contract';
import React from 'react';
import {Card} from '../components/card.tsx';
import {Copyable} from '../components/copyable.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useSay} from '../i18n/say.tsx';

/** What the companion would do in your place, and what to type on the day it is needed. */
export function NextActions({
  actions,
  canRestore,
  isDown,
}: {
  actions: Status['next_actions'];
  canRestore: boolean;
  isDown: boolean;
}) {
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
        {actions.map(({says, how}) => (
          <li key={`${says}${how}`}>
            <span>
              <ServerText text={says} />
            </span>
            {/^(drctl|\/dr) /.test(how) ? (
              <Copyable text={how} />
            ) : (
              <span className="dr-dim">
                <ServerText text={how} />
              </span>
            )}
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
