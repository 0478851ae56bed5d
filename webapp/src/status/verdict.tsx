import React from 'react';
import {Button} from '../components/button.tsx';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import {Text, useSay, type MessageId} from '../i18n/say.tsx';
import type {Action, Headline} from './headline.ts';

type Props = {
  headline: Headline;
  isBusy: boolean;
  areOptionsOpen: boolean;
  onAction(action: Action): void;
  onOptions(): void;
};

const BUSY: Partial<Record<Action, MessageId>> = {
  check_again: 'action.checking',
  back_up: 'action.starting',
  try_again: 'action.starting',
};

/** The first thing to read: where we stand, and the one thing to do. */
export function Verdict({headline, isBusy, areOptionsOpen, onAction, onOptions}: Props) {
  const say = useSay();
  const {tone, title, detail, action, ignored} = headline;
  return (
    <section className={`dr-verdict dr-tone-${tone}`} aria-label={say('page.label')}>
      <span className="dr-mark">
        <Icon tone={tone} />
      </span>
      <div className="dr-verdict-words" role="status">
        <p className="dr-verdict-title">
          <span className="dr-hidden">{say(`tone.${tone}`)}: </span>
          <Text {...title} />
        </p>
        {detail && (
          <p className="dr-dim">{typeof detail === 'string' ? <ServerText text={detail} /> : <Text {...detail} />}</p>
        )}
        {ignored && (
          <p>
            <b className="dr-words-attention">
              <Text {...ignored.title} />
            </b>{' '}
            <ServerText text={ignored.detail} />
          </p>
        )}
      </div>
      {action && (
        <div className="dr-verdict-actions">
          <Button look="primary" disabled={isBusy} onClick={() => onAction(action)}>
            {say((isBusy && BUSY[action]) || `action.${action}`)}
          </Button>
          {(action === 'back_up' || action === 'try_again') && (
            <Button look="link" aria-expanded={areOptionsOpen} onClick={onOptions}>
              {say('backup.options')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
