import type {Forecast, LockedOut as Told} from '@disaster-recovery/contract';
import React from 'react';
import {Badge} from '../components/badge.tsx';
import {Button} from '../components/button.tsx';
import {Disclosure} from '../components/disclosure.tsx';
import {useBare, useSay} from '../i18n/say.tsx';

const SHOWN = 50;

type Props = {
  forecast: Forecast;
  /** Everybody who is locked out; null: the forecast names some. */
  told: Told | null;
  /** Null: nobody can be let in now. */
  onLetIn: ((username: string) => void) | null;
};

type Row = {id: string; username: string; email: string; isAdministrator: boolean; endsAt: number | null};

function rowsOf({next}: Forecast, told: Told | null): Row[] {
  const rows = next.map(({ends_at: endsAt, ...person}) => ({...person, endsAt, isAdministrator: false}));
  if (!told) {
    return rows;
  }
  const out = told.people.map(({is_administrator: isAdministrator, ...person}) => ({
    ...person,
    isAdministrator,
    endsAt: null,
  }));
  return [...out.slice(0, SHOWN), ...rows.filter(({endsAt}) => endsAt !== null)];
}

/** Who is locked out, and whose last session ends next, by name. */
export function LockedOut({forecast, told, onLetIn}: Props) {
  const say = useSay();
  const rows = rowsOf(forecast, told);
  if (rows.length === 0) {
    return null;
  }
  const shown = rows.filter(({endsAt}) => endsAt === null).length;
  const count = Math.max(told?.count ?? forecast.locked_out_now, shown);
  return (
    <Disclosure summary={say('sso.who.open', {count})}>
      <ul className="dr-people" aria-label={say('sso.who.label')}>
        {rows.map((row) => (
          <Person key={row.id} row={row} onLetIn={onLetIn} />
        ))}
      </ul>
      {count > shown && <p className="dr-dim">{say('sso.who.more', {count: count - shown})}</p>}
    </Disclosure>
  );
}

function Person({row, onLetIn}: {row: Row; onLetIn: Props['onLetIn']}) {
  const say = useSay();
  const bare = useBare();
  const {username, email, endsAt, isAdministrator} = row;
  return (
    <li>
      <span className="dr-person-name">
        <b>@{username}</b> <span className="dr-dim">{email}</span>{' '}
        {isAdministrator && <Badge tone="quiet">{say('sso.return.administrator')}</Badge>}
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
  );
}
