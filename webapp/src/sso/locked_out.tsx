import type {Forecast} from '@disaster-recovery/contract';
import React from 'react';
import {Button} from '../components/button.tsx';
import {Disclosure} from '../components/disclosure.tsx';
import {useBare, useSay} from '../i18n/say.tsx';

type Props = {
  forecast: Forecast;
  /** Null: nobody can be let in now. */
  onLetIn: ((username: string) => void) | null;
};

/** Who is locked out, and whose last session ends next, by name. */
export function LockedOut({forecast: {next, locked_out_now: count}, onLetIn}: Props) {
  const say = useSay();
  const bare = useBare();
  if (next.length === 0) {
    return null;
  }
  const out = next.filter(({ends_at: endsAt}) => endsAt === null);
  return (
    <Disclosure summary={say('sso.who.open', {count: Math.max(count, out.length)})}>
      <ul className="dr-people" aria-label={say('sso.who.label')}>
        {next.map(({id, username, email, ends_at: endsAt}) => (
          <li key={id}>
            <span className="dr-person-name">
              <b>@{username}</b> <span className="dr-dim">{email}</span>
            </span>
            <span className={endsAt === null ? 'dr-words-attention' : 'dr-dim'}>
              {endsAt === null ? say('sso.who.now') : say('sso.who.ends', {when: bare({since: endsAt})})}
            </span>
            {onLetIn && (
              <Button
                look="link"
                aria-label={say('sso.who.let_in.of', {person: `@${username}`})}
                onClick={() => onLetIn(username)}
              >
                {say('sso.who.let_in')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {count > out.length && <p className="dr-dim">{say('sso.who.more', {count: count - out.length})}</p>}
    </Disclosure>
  );
}
