import type {LetInResult} from '@disaster-recovery/contract';
import React, {useEffect, useRef, useState} from 'react';
import type {Client} from '../client.ts';
import {useClock} from '../clock.ts';
import {Button} from '../components/button.tsx';
import {Checkbox} from '../components/checkbox.tsx';
import {CopyButton, Copyable} from '../components/copyable.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {Field} from '../components/field.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useRequest} from '../components/use_request.ts';
import {useBare, useSay} from '../i18n/say.tsx';
import {useFocusInside} from './declare_form.tsx';
import {PersonField} from './person_field.tsx';

/** The contract's shortest and longest word about how a person was known. */
const IDENTIFIED = {min: 3, max: 200};

type Props = {
  client: Client;
  clockSkew: number;
  /** Username to begin with. */
  person: string;
  onLetIn(): void;
  onClose(): void;
};

/** One person at a time: who, how they were known, and then the code. The code is kept here while it is shown, and nowhere else. */
export function LetInPanel({client, clockSkew, person, onLetIn, onClose}: Props) {
  const say = useSay();
  const [result, setResult] = useState<LetInResult | null>(null);
  const made = (value: LetInResult) => {
    setResult(value);
    onLetIn();
  };
  return (
    <div className="dr-details" role="group" aria-label={say('sso.let_in.title')}>
      {result ? (
        <CodeShown result={result} clockSkew={clockSkew} onNext={() => setResult(null)} onClose={onClose} />
      ) : (
        <LetInForm key={person} client={client} person={person} onMade={made} onClose={onClose} />
      )}
    </div>
  );
}

type FormProps = {client: Client; person: string; onMade(result: LetInResult): void; onClose(): void};

function LetInForm({client, person, onMade, onClose}: FormProps) {
  const say = useSay();
  const box = useFocusInside();
  const [user, setUser] = useState(person);
  const [identifiedBy, setIdentifiedBy] = useState('');
  const [mail, setMail] = useState(false);
  const [hasTried, setTried] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const who = user.trim().replace(/^@/, '');
  const how = identifiedBy.trim();
  const isKnown = how.length >= IDENTIFIED.min && how.length <= IDENTIFIED.max;
  const submit = () => {
    setTried(true);
    if (who !== '' && isKnown) {
      void send(() => client.letIn({user: who, identified_by: how, mail}), onMade);
    }
  };
  return (
    <div ref={box} className="dr-form">
      <p>{say('sso.let_in.intro')}</p>
      <PersonField
        client={client}
        value={user}
        problem={hasTried && who === '' ? {id: 'sso.let_in.user.missing'} : null}
        onChange={setUser}
        onEnter={submit}
      />
      <Field
        label="sso.let_in.identified"
        help="sso.let_in.identified.help"
        value={identifiedBy}
        problem={hasTried && !isKnown ? {id: 'sso.let_in.identified.length', values: IDENTIFIED} : null}
        onChange={setIdentifiedBy}
        onEnter={submit}
      />
      <Checkbox label="sso.let_in.mail" isChecked={mail} onChange={setMail} />
      <div className="dr-buttons">
        <Button look="primary" aria-disabled={isBusy} onClick={submit}>
          {say(isBusy ? 'sso.let_in.making' : 'sso.let_in.confirm')}
        </Button>
        <Button onClick={onClose}>{say('back')}</Button>
      </div>
      <FailureNotice failure={failure} what="not_done.let_in" onDismiss={forget} />
    </div>
  );
}

function groupsOf(code: string): string[] {
  return code.includes('-') ? code.split('-') : (code.match(/.{1,4}/g) ?? [code]);
}

function CodeShown({
  result,
  clockSkew,
  onNext,
  onClose,
}: {
  result: LetInResult;
  clockSkew: number;
  onNext(): void;
  onClose(): void;
}) {
  const say = useSay();
  const bare = useBare();
  const title = useRef<HTMLHeadingElement>(null);
  const left = result.expires_at - useClock(1000) - clockSkew;
  useEffect(() => title.current?.focus(), []);
  const person = `@${result.person.username}`;
  return (
    <div className="dr-code-shown">
      <h3 ref={title} tabIndex={-1}>
        {say('sso.code.title', {person})}
      </h3>
      <div className="dr-code-line">
        <code className="dr-code">
          {groupsOf(result.code).map((group, index) => (
            <span key={index}>{group}</span>
          ))}
        </code>
        <CopyButton text={result.code} label={say('sso.code.copy')} look="quiet" />
      </div>
      <p role="timer" className={left > 0 ? '' : 'dr-problem'}>
        {left > 0 ? say('sso.code.left', {left: bare({duration: left})}) : say('sso.code.over')}
      </p>
      <p className="dr-hidden" role="status">
        {left > 0 ? '' : say('sso.code.over')}
      </p>
      <p>{say('sso.code.how')}</p>
      <Copyable text={result.url} />
      {result.mailed !== null && (
        <p className={result.mailed ? 'dr-dim' : 'dr-words-attention'}>
          {say(result.mailed ? 'sso.code.mailed' : 'sso.code.not_mailed')}
        </p>
      )}
      {result.warnings.map((warning) => (
        <p key={warning} className="dr-words-attention">
          <ServerText text={warning} />
        </p>
      ))}
      <div className="dr-buttons">
        <Button onClick={onNext}>{say('sso.code.next')}</Button>
        <Button onClick={onClose}>{say('sso.code.done')}</Button>
      </div>
    </div>
  );
}
