import React, {useState} from 'react';
import type {Client, EnrolOutcome} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Copyable} from '../components/copyable.tsx';
import {ConfirmDialog} from '../components/dialog.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {Field} from '../components/field.tsx';
import {useRequest} from '../components/use_request.ts';
import {useSay} from '../i18n/say.tsx';
import {needsPin, problemsOf, toEnrolment, type EnrolmentFields} from './enrolment.ts';

type Props = {client: Client; isAgain: boolean; url: string; onEnrolled(outcome: EnrolOutcome): void};

export function EnrolForm({client, isAgain, url, onEnrolled}: Props) {
  const say = useSay();
  const [fields, setFields] = useState<EnrolmentFields>({url, code: '', pin: ''});
  const [hasTried, setTried] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const problems = problemsOf(fields);
  const shown = hasTried ? problems : {};
  const change = (name: keyof EnrolmentFields) => (value: string) => setFields((known) => ({...known, [name]: value}));
  const enrol = () => {
    setAsking(false);
    void send(() => client.enrol(toEnrolment(fields)), onEnrolled);
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length > 0 || isBusy) {
      return;
    }
    if (isAgain) {
      setAsking(true);
    } else {
      enrol();
    }
  };
  return (
    <div className="dr-form" role="form" aria-label={say(isAgain ? 'enrol.title_again' : 'enrol.title')}>
      {isAgain && <p className="dr-dim">{say('enrol.replaces')}</p>}
      <ol className="dr-recipe">
        <StepsElsewhere isAgain={isAgain} />
        <li>
          <span>{say('enrol.step.enter')}</span>
          <Field
            label="enrol.url"
            help="enrol.url.help"
            type="url"
            isCode={true}
            placeholder="http://127.0.0.1:8066"
            value={fields.url}
            problem={shown.url ?? null}
            onChange={change('url')}
            onEnter={submit}
          />
          <Field
            label="enrol.code"
            isCode={true}
            value={fields.code}
            problem={shown.code ?? null}
            onChange={change('code')}
            onEnter={submit}
          />
          {(needsPin(fields.url) || fields.pin !== '') && (
            <Field
              label="enrol.pin"
              help="enrol.pin.help"
              isCode={true}
              value={fields.pin}
              problem={shown.pin ?? null}
              onChange={change('pin')}
              onEnter={submit}
            />
          )}
          <Button look="primary" disabled={isBusy} onClick={submit}>
            {say(isBusy ? 'enrol.submitting' : 'enrol.submit')}
          </Button>
        </li>
      </ol>
      <FailureNotice failure={failure} what="not_done.enrol" onDismiss={forget} />
      {isAsking && (
        <ConfirmDialog
          title="enrol.replace.title"
          confirm="enrol.replace.confirm"
          onConfirm={enrol}
          onClose={() => setAsking(false)}
        >
          <p>{say('enrol.replace.text', {url: toEnrolment(fields).url})}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** What is done on the companion's machine before there is a code to enter. */
function StepsElsewhere({isAgain}: {isAgain: boolean}) {
  const say = useSay();
  return (
    <>
      {!isAgain && (
        <li>
          <span>{say('enrol.step.install')}</span>
          <Copyable text="drctl init --mattermost-config /opt/mattermost/config/config.json --repository /backup/mattermost" />
        </li>
      )}
      <li>
        <span>{say('enrol.step.serve')}</span>
        <Copyable text="drctl serve" />
      </li>
      <li>
        <span>{say('enrol.step.code')}</span>
        <Copyable text="drctl enroll" />
      </li>
    </>
  );
}
