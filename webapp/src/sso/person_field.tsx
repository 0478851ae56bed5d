import type {PeopleFound} from '@disaster-recovery/contract';
import React, {useEffect, useRef, useState, type KeyboardEvent} from 'react';
import type {Client, HostUser} from '../client.ts';
import {Icon} from '../components/icon.tsx';
import {useStableId} from '../components/use_stable_id.ts';
import {Text, useBare, useSay, type Message, type Value} from '../i18n/say.tsx';
import {providerName} from './sso_headline.ts';

const TYPING_PAUSE_MS = 200;
const SHOWN = 8;

type Props = {client: Client; value: string; problem: Message | null; onChange(value: string): void; onEnter(): void};

/** An account, and what tells it from others of that name. */
type Suggestion = {id: string; username: string; words: readonly Value[]};

function ofCompanion({people}: PeopleFound): Suggestion[] {
  return people.map(({id, username, email, service, is_administrator: isAdministrator}) => ({
    id,
    username,
    words: [
      email,
      service ? providerName(service) : {message: {id: 'sso.return.password'}},
      ...(isAdministrator ? [{message: {id: 'sso.return.administrator' as const}}] : []),
    ],
  }));
}

function ofHost(people: readonly HostUser[]): Suggestion[] {
  return people.map(({id, username, email, first_name: first, last_name: last}) => ({
    id,
    username,
    words: [`${first} ${last}`.trim(), email].filter(Boolean),
  }));
}

/** The companion says how people sign in; where it cannot be asked, the host says at least who they are. */
async function search(client: Client, term: string): Promise<Suggestion[]> {
  const found = await client.searchPeople(term);
  if (found.ok) {
    return ofCompanion(found.value);
  }
  const known = await client.searchHost(term);
  // Without any answer the name can still be typed: the companion finds it.
  return known.ok ? ofHost(known.value) : [];
}

/** Suggestions for what is typed. One that comes late, after more was typed, is not shown. */
function usePeople(client: Client, term: string): readonly Suggestion[] {
  const [found, setFound] = useState<{term: string; people: readonly Suggestion[]}>({term: '', people: []});
  useEffect(() => {
    if (term === '') {
      return undefined;
    }
    let isOver = false;
    const timer = setTimeout(async () => {
      const people = await search(client, term);
      if (!isOver) {
        setFound({term, people: people.slice(0, SHOWN)});
      }
    }, TYPING_PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client, term]);
  return found.term === term ? found.people : [];
}

/** A text box that suggests accounts. What is typed counts: usernames, e-mail addresses and ids go as they are. */
export function PersonField({client, value, problem, onChange, onEnter}: Props) {
  const say = useSay();
  const id = useStableId();
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const people = usePeople(client, isOpen ? value.trim().replace(/^@/, '') : '');
  const shown = isOpen ? people : [];
  const input = useRef<HTMLInputElement>(null);
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (person: Suggestion) => {
    onChange(person.username);
    close();
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = shown[active];
    if (event.key === 'Enter') {
      // Otherwise it submits the form of the System Console.
      event.preventDefault();
      (chosen ? () => choose(chosen) : onEnter)();
    } else if (event.key === 'Escape' && shown.length > 0) {
      event.stopPropagation();
      close();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && shown.length > 0) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + shown.length + (active === -1 && step === -1 ? 1 : 0)) % shown.length);
    }
  };
  return (
    <div className="dr-field dr-person">
      <label htmlFor={id}>{say('sso.let_in.user')}</label>
      <input
        ref={input}
        id={id}
        className="dr-input"
        type="text"
        role="combobox"
        value={value}
        autoComplete="off"
        spellCheck={false}
        aria-autocomplete="list"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown[active] ? `${id}-${active}` : undefined}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-help`}
        onChange={(event) => {
          onChange(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <Suggestions id={id} people={shown} active={active} onChoose={choose} />
      <p id={`${id}-help`} className={problem ? 'dr-problem' : 'dr-dim'}>
        {problem ? (
          <>
            <Icon tone="bad" size={12} /> <Text {...problem} />
          </>
        ) : (
          say('sso.let_in.user.help')
        )}
      </p>
    </div>
  );
}

type SuggestionsProps = {id: string; people: readonly Suggestion[]; active: number; onChoose(person: Suggestion): void};

function Suggestions({id, people, active, onChoose}: SuggestionsProps) {
  const say = useSay();
  const bare = useBare();
  return (
    <ul
      id={`${id}-list`}
      className="dr-suggestions"
      role="listbox"
      aria-label={say('sso.let_in.suggestions')}
      hidden={people.length === 0}
    >
      {people.map((person, index) => (
        <li
          key={person.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // The focus stays in the text box.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(person)}
        >
          <b>@{person.username}</b>{' '}
          <span className="dr-dim">
            {person.words.map((words) => (typeof words === 'object' ? bare(words) : words)).join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}
