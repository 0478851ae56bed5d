import axios, {isAxiosError} from 'axios';
import {Failure} from '../../kernel/failure.ts';
import type {Message, Way} from './port.ts';
import {headline, inWords} from './text.ts';

const TIMEOUT_MS = 15_000;

export type Format = 'json' | 'slack' | 'ntfy';

type Request = {body: string; headers: Record<string, string>};

/** `json` is the message itself, `slack` what Slack and Mattermost take as an incoming webhook, `ntfy` text with a priority. */
export function createWebhook({name, url, format}: {name: string; url: string; format: Format}): Way {
  return {
    name,
    send: async (message, signal) => {
      await call({method: 'POST', url, ...REQUESTS[format](message), signal});
    },
  };
}

/** Tells an outside watcher that all is well, or is not: it rings when it hears nothing. */
export async function ping(url: string, signal?: AbortSignal): Promise<void> {
  await call({method: 'GET', url, body: '', headers: {}, signal});
}

const JSON_TYPE = {'content-type': 'application/json'};

const REQUESTS: Readonly<Record<Format, (message: Message) => Request>> = {
  json: (message) => ({body: JSON.stringify(message), headers: JSON_TYPE}),
  slack: (message) => ({body: JSON.stringify({text: inWords(message)}), headers: JSON_TYPE}),
  ntfy: (message) => ({
    body: inWords(message),
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      title: headline(message),
      priority: message.state === 'began' && message.level === 'alarm' ? '5' : '3',
      tags: message.state === 'ended' ? 'white_check_mark' : 'warning',
    },
  }),
};

type Sent = Request & {method: string; url: string; signal?: AbortSignal | undefined};

/** An address of a webhook is a secret: no error holds it. */
async function call({method, url, body, headers, signal}: Sent): Promise<void> {
  try {
    await axios.request({
      method,
      url,
      data: body,
      headers,
      timeout: TIMEOUT_MS,
      maxRedirects: 0,
      maxContentLength: 1024 * 1024,
      responseType: 'text',
      transformRequest: [(data: unknown) => data],
      ...(signal && {signal}),
    });
  } catch (error) {
    const reason = isAxiosError(error)
      ? error.response
        ? `it answered ${error.response.status}`
        : (error.code ?? 'no reason given')
      : 'no reason given';
    throw new Failure('NOTIFICATION_FAILED', `The message was not taken (${reason}).`);
  }
}
