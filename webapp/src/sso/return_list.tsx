import type {ReturnEntry, ReturnList, SignIn} from '@disaster-recovery/contract';
import React from 'react';
import {Badge} from '../components/badge.tsx';
import {CommandText} from '../components/copyable.tsx';
import {Disclosure} from '../components/disclosure.tsx';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useBare, useSay, type MessageId} from '../i18n/say.tsx';
import type {Tone} from '../components/tone.ts';
import {providerName} from './sso_headline.ts';

const SHOWN = 50;
const COLUMNS: readonly MessageId[] = ['sso.return.person', 'sso.return.state', 'sso.return.was', 'sso.return.now'];
const TONES: Record<ReturnEntry['state'], Tone> = {
  switched: 'quiet',
  claimed: 'good',
  outside: 'attention',
  conflict: 'bad',
  failed: 'bad',
};

/** Who and what is not yet as before the outage. */
export function ReturnListTable({list}: {list: ReturnList}) {
  const say = useSay();
  const isRestOpen = list.settings.length > 0 || list.sessions > 0;
  const hidden = list.count - Math.min(SHOWN, list.entries.length);
  return (
    <div className="dr-return">
      <h3>{say('sso.return.title', {count: list.count})}</h3>
      {list.overdue && (
        <p className="dr-words-attention">
          <Icon tone="attention" size={14} /> {say('sso.return.overdue', {since: {since: list.deadline_at ?? 0}})}
        </p>
      )}
      {list.count === 0 && <p>{say(isRestOpen ? 'sso.return.people_back' : 'sso.return.empty')}</p>}
      {list.count > 0 && (
        <div className="dr-scroll">
          <table className="dr-table">
            <caption className="dr-hidden">{say('sso.return.title', {count: list.count})}</caption>
            <thead>
              <tr>
                {COLUMNS.map((id) => (
                  <th key={id} scope="col">
                    {say(id)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {list.entries.slice(0, SHOWN).map((entry) => (
                <Row key={entry.person.id} entry={entry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hidden > 0 && <p className="dr-dim">{say('sso.return.more', {count: hidden})}</p>}
      <Rest list={list} />
    </div>
  );
}

function Row({entry}: {entry: ReturnEntry}) {
  const say = useSay();
  const {person, state, conflict, changes} = entry;
  return (
    <tr>
      <th scope="row">
        @{person.username}
        {entry.is_administrator && <span className="dr-reason dr-dim">{say('sso.return.administrator')}</span>}
      </th>
      <td>
        <Badge tone={TONES[state]}>{say(`sso.return.${state}`)}</Badge>
        {conflict && (
          <div className="dr-conflict">
            <ServerText text={conflict.message} />
            {conflict.choices.length > 0 && <span>{say('sso.return.choices')}</span>}
            {conflict.choices.map((choice) => (
              <CommandText key={choice} text={choice.replaceAll('`', '')} />
            ))}
          </div>
        )}
      </td>
      <td>
        <SignInText signIn={entry.original} />
      </td>
      <td>
        {entry.live ? <SignInText signIn={entry.live} /> : say('sso.return.gone')}
        {changes.length > 0 && (
          <span className="dr-reason dr-dim">{say('sso.return.changes', {changes: changes.join(', ')})}</span>
        )}
      </td>
    </tr>
  );
}

function SignInText({signIn: {service, data}}: {signIn: SignIn}) {
  const say = useSay();
  const bare = useBare();
  if (service === '') {
    return <>{say('sso.return.password')}</>;
  }
  const name = providerName(service);
  return (
    <>
      {typeof name === 'object' ? bare(name) : name}
      {data && <span className="dr-reason dr-dim">{data}</span>}
    </>
  );
}

/** Settings and sessions that are to be put back too. `empty` of the list says nothing of them. */
function Rest({list: {settings, sessions}}: {list: ReturnList}) {
  const say = useSay();
  if (settings.length === 0 && sessions === 0) {
    return null;
  }
  return (
    <>
      {sessions > 0 && <p className="dr-dim">{say('sso.return.sessions', {count: sessions})}</p>}
      {settings.length > 0 && (
        <Disclosure className="dr-dim" summary={say('sso.return.settings', {count: settings.length})}>
          <ul className="dr-plain">
            {settings.map(({key, state, live}) => (
              <li key={key}>
                <code>{key}</code>
                {state !== 'changed' && <> {say(`sso.setting.${state}`)}</>}
                {live !== undefined && <> {say('sso.setting.live', {live: JSON.stringify(live)})}</>}
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  );
}
