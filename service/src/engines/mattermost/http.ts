import axios, {isAxiosError, type AxiosInstance} from 'axios';
import {ErrorReply} from '@disaster-recovery/contract';
import {Failure} from '../../kernel/failure.ts';

const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** The only way to Mattermost. Errors come out as failures of the catalogue and never hold the request, because its token is a credential. */
export function createMattermostHttp(timeout: number): AxiosInstance {
  // No proxy and no redirect: a signed request is meant for Mattermost alone.
  const http = axios.create({
    timeout,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_REPLY_BYTES,
    responseType: 'text',
    headers: {Accept: 'application/json'},
  });
  http.interceptors.response.use(undefined, (error: unknown) => Promise.reject(toFailure(error)));
  return http;
}

/** Only status, code and short texts are taken over; the axios error itself would print the token. */
function toFailure(error: unknown): Failure {
  if (!isAxiosError<unknown>(error)) {
    return new Failure('MATTERMOST_UNREACHABLE', 'The request to Mattermost failed.', {
      cause: new Error(error instanceof Error ? error.name : typeof error),
    });
  }
  if (!error.response) {
    return new Failure('MATTERMOST_UNREACHABLE', `Mattermost does not answer (${error.code ?? 'no reason given'}).`, {
      cause: new Error(error.code ?? 'no response'),
    });
  }
  const {status, data} = error.response;
  const reply = ErrorReply.safeParse(parseJson(data));
  if (!reply.success) {
    return unlikePlugin(status);
  }
  const {code, message} = reply.data.error;
  const says = message.slice(0, 500);
  return code === 'NOT_ENROLLED' || code === 'MAIL_FAILED'
    ? new Failure(code, says)
    : new Failure('MATTERMOST_REFUSED', says, {details: {code, status}});
}

function unlikePlugin(status: number): Failure {
  const what =
    status === 404 ? 'the plugin is not installed or not enabled' : `it answers ${status} and not like the plugin`;
  return new Failure('MATTERMOST_UNREACHABLE', `Mattermost is there, but ${what}.`, {details: {status}});
}

/**
 * To Mattermost's own interface, outside of the plugin. Every status is an answer. Errors are axios's own and print the request, so the
 * caller takes their code alone.
 */
export function createPlainHttp(to: {baseURL: string; socketPath?: string; timeout: number}): AxiosInstance {
  return axios.create({
    ...to,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_REPLY_BYTES,
    responseType: 'text',
    validateStatus: () => true,
    headers: {Accept: 'application/json'},
  });
}

export function parseJson(text: unknown): unknown {
  try {
    return typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
