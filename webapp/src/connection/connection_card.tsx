import React, {useState} from 'react';
import type {Client, Connection} from '../client.ts';
import {Badge} from '../components/badge.tsx';
import {Button} from '../components/button.tsx';
import {Card} from '../components/card.tsx';
import {ConfirmedButton} from '../components/confirmed_button.tsx';
import {Definitions} from '../components/definitions.tsx';
import {ServerText} from '../components/server_text.tsx';
import {Text, useSay, type Message} from '../i18n/say.tsx';
import {EnrollForm} from './enroll_form.tsx';

export const CONNECTION_ANCHOR = 'disaster-recovery-connection';

type Props = {
  connection: Connection;
  client: Client;
  isEnrolling: boolean;
  onEnrolling(isEnrolling: boolean): void;
  onChanged(): void;
};

export function ConnectionCard({connection, client, isEnrolling, onEnrolling, onChanged}: Props) {
  const say = useSay();
  const [news, setNews] = useState<Message | null>(null);
  const {enrolled} = connection;
  const changed = (message: Message) => {
    setNews(message);
    onEnrolling(false);
    onChanged();
  };
  return (
    <Card
      anchor={CONNECTION_ANCHOR}
      title={say(enrolled ? 'connection.title' : 'enroll.title')}
      aside={
        enrolled && (
          <span className="dr-buttons">
            <Button aria-expanded={isEnrolling} onClick={() => onEnrolling(!isEnrolling)}>
              {say('connection.again')}
            </Button>
            <RevokeButton url={connection.companion_url} client={client} onRevoked={changed} />
          </span>
        )
      }
    >
      <p role="status" className={news ? 'dr-news' : 'dr-hidden'}>
        {news && <Text {...news} />}
      </p>
      {enrolled && <ConnectionFacts connection={connection} />}
      {(!enrolled || isEnrolling) && (
        <EnrollForm
          client={client}
          isAgain={enrolled}
          url={connection.companion_url}
          onEnrolled={({note}) =>
            changed(note ? {id: 'enroll.succeeded_note', values: {note}} : {id: 'enroll.succeeded'})
          }
        />
      )}
    </Card>
  );
}

function ConnectionFacts({connection}: {connection: Connection}) {
  const say = useSay();
  const {unreachable_since: since, ignored_setting: ignored} = connection;
  const down = since ? say('connection.unreachable_since', {since: {since}}) : say('connection.unreachable');
  return (
    <Definitions
      rows={[
        ['connection.url', <code key="url">{connection.companion_url}</code>],
        [
          'connection.state',
          <Badge tone={connection.reachable ? 'good' : 'bad'}>
            {connection.reachable ? say('connection.reachable') : down}
          </Badge>,
        ],
        [
          'connection.last_error',
          !connection.reachable && connection.last_error ? (
            <ServerText key="error" text={connection.last_error} />
          ) : null,
        ],
        ['connection.ignored', ignored ? <code key="ignored">{ignored.companion_url}</code> : null],
        [
          'connection.enrolled',
          connection.enrolled_at
            ? say('connection.enrolled.value', {
                when: {moment: connection.enrolled_at},
                who: connection.enrolled_by || say('set.unknown'),
              })
            : null,
        ],
        ['connection.companion_id', connection.companion_id ? <code>{connection.companion_id}</code> : null],
        [
          'connection.version',
          say('connection.version.value', {
            companion: connection.companion_version || say('set.unknown'),
            plugin: connection.plugin_version,
          }),
        ],
      ]}
    />
  );
}

const REVOKE = {
  open: 'connection.revoke',
  title: 'connection.revoke.title',
  confirm: 'connection.revoke.confirm',
  notDone: 'not_done.revoke',
} as const;

function RevokeButton({url, client, onRevoked}: {url: string; client: Client; onRevoked(news: Message): void}) {
  const say = useSay();
  return (
    <ConfirmedButton
      words={REVOKE}
      act={client.revoke}
      onDone={(outcome) =>
        onRevoked(
          outcome?.companion_told === false
            ? {id: 'connection.revoked_here', values: {reason: outcome.last_error ?? '–'}}
            : {id: 'connection.revoked'},
        )
      }
    >
      <p>{say('connection.revoke.text', {url})}</p>
    </ConfirmedButton>
  );
}
