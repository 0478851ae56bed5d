import type {SsoStatus} from '@disaster-recovery/contract';
import React, {useEffect, useRef, useState} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Checkbox} from '../components/checkbox.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {Field} from '../components/field.tsx';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useRequest} from '../components/use_request.ts';
import {useSay} from '../i18n/say.tsx';

/** The contract's shortest and longest reason. */
const REASON = {min: 3, max: 500};

/** A link in Markdown: nobody follows it from here. */
const LINK = /\[([^\]]+)\]\(([^)]+)\)/g;

/** Focus goes to the first field of what was just opened. */
export function useFocusInside() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>('input, h3')?.focus(), []);
  return box;
}

type Props = {
  client: Client;
  /** What people would read, and whom it would not reach. */
  declaration: SsoStatus['declaration'];
  onDeclared(): void;
  onClose(): void;
};

export function DeclareForm({client, declaration, onDeclared, onClose}: Props) {
  const say = useSay();
  const box = useFocusInside();
  const [reason, setReason] = useState('');
  const [shouldTell, setTell] = useState(true);
  const [hasTried, setTried] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const {length} = reason.trim();
  const isFine = length >= REASON.min && length <= REASON.max;
  const declare = () => {
    setTried(true);
    if (isFine) {
      void send(() => client.declare({reason: reason.trim(), tell: shouldTell}), onDeclared);
    }
  };
  return (
    <div ref={box} className="dr-details" role="form" aria-label={say('sso.declare.title')}>
      <p>{say('sso.declare.intro')}</p>
      <div className="dr-form">
        <Field
          label="sso.declare.reason"
          help="sso.declare.reason.help"
          value={reason}
          problem={hasTried && !isFine ? {id: 'sso.declare.reason.length', values: REASON} : null}
          onChange={setReason}
          onEnter={declare}
        />
        <Checkbox label="sso.declare.tell" isChecked={shouldTell} onChange={setTell} />
        {shouldTell && declaration && <WhatPeopleRead declaration={declaration} />}
        <div className="dr-buttons">
          <Button look="primary" aria-disabled={isBusy} onClick={declare}>
            {say('sso.declare.confirm')}
          </Button>
          <Button onClick={onClose}>{say('back')}</Button>
        </div>
      </div>
      <FailureNotice failure={failure} what="not_done.declare" onDismiss={forget} />
    </div>
  );
}

function WhatPeopleRead({declaration: {text, warnings}}: {declaration: NonNullable<SsoStatus['declaration']>}) {
  const say = useSay();
  return (
    <>
      <p className="dr-dim">{say('sso.declare.text')}</p>
      <blockquote className="dr-quote">
        <ServerText text={text.replace(LINK, '$1 ($2)')} />
      </blockquote>
      {warnings.map((warning) => (
        <p key={warning} className="dr-words-attention">
          <Icon tone="attention" size={14} /> <ServerText text={warning} />
        </p>
      ))}
    </>
  );
}
