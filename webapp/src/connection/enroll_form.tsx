import React, {useState} from 'react';
import type {Client, EnrollOutcome} from '../client.ts';
import {Button} from '../components/button.tsx';
import {Copyable} from '../components/copyable.tsx';
import {ConfirmDialog} from '../components/dialog.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {Field} from '../components/field.tsx';
import {useRequest} from '../components/use_request.ts';
import {useSay} from '../i18n/say.tsx';
import {needsPin, problemsOf, toEnrollment, type EnrollmentFields} from './enrollment.ts';

type Props = {client: Client; isAgain: boolean; url: string; onEnrolled(outcome: EnrollOutcome): void};

export function EnrollForm({client, isAgain, url, onEnrolled}: Props) {
  const say = useSay();
  const [fields, setFields] = useState<EnrollmentFields>({url, code: '', pin: ''});
  const [hasTried, setTried] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const {failure, isBusy, send, forget} = useRequest();
  const problems = problemsOf(fields);
  const shown = hasTried ? problems : {};
  const change = (name: keyof EnrollmentFields) => (value: string) => setFields((known) => ({...known, [name]: value}));
  const enroll = () => {
    setAsking(false);
    void send(() => client.enroll(toEnrollment(fields)), onEnrolled);
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length > 0 || isBusy) {
      return;
    }
    if (isAgain) {
      setAsking(true);
    } else {
      enroll();
    }
  };
  return (
    <div className="dr-form" role="form" aria-label={say(isAgain ? 'enroll.title_again' : 'enroll.title')}>
      {isAgain && <p className="dr-dim">{say('enroll.replaces')}</p>}
      <ol className="dr-recipe">
        <StepsElsewhere isAgain={isAgain} />
        <li>
          <span>{say('enroll.step.enter')}</span>
          <Field
            label="enroll.url"
            help="enroll.url.help"
            type="url"
            isCode={true}
            placeholder="http://127.0.0.1:8066"
            value={fields.url}
            problem={shown.url ?? null}
            onChange={change('url')}
            onEnter={submit}
          />
          <Field
            label="enroll.code"
            isCode={true}
            value={fields.code}
            problem={shown.code ?? null}
            onChange={change('code')}
            onEnter={submit}
          />
          {(needsPin(fields.url) || fields.pin !== '') && (
            <Field
              label="enroll.pin"
              help="enroll.pin.help"
              isCode={true}
              value={fields.pin}
              problem={shown.pin ?? null}
              onChange={change('pin')}
              onEnter={submit}
            />
          )}
          <Button look="primary" disabled={isBusy} onClick={submit}>
            {say(isBusy ? 'enroll.submitting' : 'enroll.submit')}
          </Button>
        </li>
      </ol>
      <FailureNotice failure={failure} what="not_done.enroll" onDismiss={forget} />
      {isAsking && (
        <ConfirmDialog
          title="enroll.replace.title"
          confirm="enroll.replace.confirm"
          onConfirm={enroll}
          onClose={() => setAsking(false)}
        >
          <p>{say('enroll.replace.text', {url: toEnrollment(fields).url})}</p>
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
          <span>{say('enroll.step.install')}</span>
          <Copyable text="drctl init --mattermost-config /opt/mattermost/config/config.json --repository /backup/mattermost" />
        </li>
      )}
      <li>
        <span>{say('enroll.step.serve')}</span>
        <Copyable text="drctl serve" />
      </li>
      <li>
        <span>{say('enroll.step.code')}</span>
        <Copyable text="drctl enroll" />
      </li>
    </>
  );
}
