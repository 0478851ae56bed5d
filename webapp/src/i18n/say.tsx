import React, {type ReactNode} from 'react';
import {IntlProvider, useIntl, type IntlShape} from 'react-intl';
import english from './en.json';
import {clock} from '../clock.ts';
import {formatBytes, formatDuration, formatMoment, formatSince} from './format.ts';

const PREFIX = 'disaster_recovery.';

type Short<Id> = Id extends `disaster_recovery.${infer Rest}` ? Rest : never;

/** Ids of en.json without the common prefix. A misspelt one does not compile. */
export type MessageId = Short<keyof typeof english>;

/** A number with a meaning, so that what decides need not know how it is written. */
export type Value =
  | string
  | number
  | {bytes: number}
  | {duration: number}
  | {moment: number}
  | {since: number}
  | {message: Message}
  | {messages: readonly Message[]};

export type Message = {id: MessageId; values?: Record<string, Value>};

export type Say = (id: MessageId, values?: Record<string, Value>) => string;

function plain(intl: IntlShape, now: number, value: Value): string | number {
  if (typeof value !== 'object') {
    return value;
  }
  if ('bytes' in value) {
    return formatBytes(intl, value.bytes);
  }
  if ('duration' in value) {
    return formatDuration(intl, value.duration);
  }
  if ('moment' in value) {
    return formatMoment(intl, value.moment, now);
  }
  if ('since' in value) {
    return formatSince(intl, value.since, now);
  }
  if ('message' in value) {
    return sayWith(intl, now, value.message);
  }
  return intl.formatList(value.messages.map((message) => sayWith(intl, now, message)));
}

function sayWith(intl: IntlShape, now: number, message: Message): string {
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(message.values ?? {})) {
    values[name] = plain(intl, now, value);
  }
  return intl.formatMessage({id: PREFIX + message.id}, values);
}

export function useSay(): Say {
  const intl = useIntl();
  return (id, values) => sayWith(intl, clock(), values ? {id, values} : {id});
}

/** A bare number with its unit, outside of any sentence. */
export function useBare(): (value: Exclude<Value, string | number>) => string {
  const intl = useIntl();
  return (value) => String(plain(intl, clock(), value));
}

/** For ids that are made of what a server says. Null when there is no such message. */
export function useKnownText(): (id: string) => string | null {
  const intl = useIntl();
  return (id) => (Object.hasOwn(english, PREFIX + id) ? intl.formatMessage({id: PREFIX + id}) : null);
}

export function Text({id, values}: {id: MessageId; values?: Record<string, Value>}) {
  return <>{useSay()(id, values)}</>;
}

/** Adds the page's words to the host's: they come with the lazy chunk, and the host's translations win. */
export function Words({children}: {children: ReactNode}) {
  const host = useIntl();
  return (
    <IntlProvider
      locale={host.locale}
      defaultLocale="en"
      messages={{...english, ...(host.messages as Record<string, string>)}}
      {...(host.timeZone ? {timeZone: host.timeZone} : {})}
    >
      {children}
    </IntlProvider>
  );
}
