import type {SetAgainResult, SsoStatus} from '@disaster-recovery/contract';
import React, {useState} from 'react';
import type {Client} from '../client.ts';
import {Button} from '../components/button.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {Icon} from '../components/icon.tsx';
import {ServerText} from '../components/server_text.tsx';
import {useRequest} from '../components/use_request.ts';
import {useSay} from '../i18n/say.tsx';

type Props = {drift: SsoStatus['drift']; client: Client; onChanged(): void};

/** Somebody saved other values over those of the incident: who is let in may be locked out again. One click sets them again. */
export function DriftNotice({drift, client, onChanged}: Props) {
  const say = useSay();
  const {failure, isBusy, send, forget} = useRequest();
  const [left, setLeft] = useState<SetAgainResult['left']>([]);
  if (!drift) {
    return null;
  }
  const setAgain = () =>
    void send(client.setAgain, (result) => {
      setLeft(result.left);
      onChanged();
    });
  return (
    <div className="dr-omissions dr-drift" role="alert">
      <p>
        <Icon tone="attention" size={14} />{' '}
        <b>
          <ServerText text={drift.message} />
        </b>
      </p>
      <ul className="dr-plain">
        {drift.settings.map(({key, wanted, live}) => (
          <li key={key}>
            <code>{key}</code> {say('sso.drift.values', {live: JSON.stringify(live), wanted: JSON.stringify(wanted)})}
          </li>
        ))}
        {left.map(({key, message}) => (
          <li key={`left ${key}`}>
            <code>{key}</code> <ServerText text={message} />
          </li>
        ))}
      </ul>
      <Button look="primary" aria-disabled={isBusy} onClick={setAgain}>
        {say('sso.drift.set_again')}
      </Button>
      <FailureNotice failure={failure} what="not_done.set_again" onDismiss={forget} />
    </div>
  );
}
