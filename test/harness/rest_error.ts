import {isAxiosError} from 'axios';

/** An answer of Mattermost that is not a success. It keeps nothing of the request, which carries the session token. */
export class RestError extends Error {
  override readonly name = 'RestError';
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Mattermost's own name of the failure, for instance api.context.session_expired.app_error. */
  readonly id: string;

  constructor(request: string, status: number, id: string, message: string) {
    super(`${request}: ${status} ${id} ${message}`);
    this.status = status;
    this.id = id;
  }
}

/** Turns what axios threw into a RestError; `request` says what was asked, without secrets. */
export function restError(request: string, thrown: unknown): RestError {
  if (!isAxiosError(thrown)) {
    return new RestError(request, 0, 'unknown', String(thrown));
  }
  if (thrown.response === undefined) {
    return new RestError(request, 0, thrown.code ?? 'no_answer', thrown.message);
  }
  const {id, message} = bodyOf(thrown.response.data);
  return new RestError(request, thrown.response.status, id, message);
}

function bodyOf(data: unknown): {id: string; message: string} {
  const text = Buffer.isBuffer(data) ? data.toString('utf8') : String(data);
  try {
    const parsed = JSON.parse(text) as {id?: unknown; message?: unknown};
    return {id: String(parsed.id), message: String(parsed.message)};
  } catch {
    return {id: 'not_json', message: text.slice(0, 300)};
  }
}
