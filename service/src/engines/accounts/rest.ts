import {isAxiosError, type AxiosResponse} from 'axios';
import {z} from 'zod';
import {Failure} from '../../kernel/failure.ts';
import {createPlainHttp, parseJson} from '../mattermost/http.ts';
import type {MattermostRest} from './port.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 5000;

/** Mattermost's own error. */
const AppError = z.object({id: z.string(), message: z.string()});
const Ping = z.object({status: z.string()});

/** Ids by which Mattermost asks for a second factor: only after name and password were right. */
const MFA_IDS: readonly string[] = [
  'mfa.validate_token.authenticate.app_error',
  'api.user.check_user_mfa.bad_code.app_error',
];

/** `url`: the address of Mattermost, subpath included. */
export function createMattermostRest(url: string): MattermostRest {
  // One slash less than the caller may have typed.
  const http = createPlainHttp({baseURL: `${url.replace(/\/+$/, '')}/api/v4`, timeout: TIMEOUT_MS});
  const post = (path: string, body: unknown, session?: string): Promise<AxiosResponse<unknown>> =>
    answerOf(
      http.post<unknown>(path, body, session === undefined ? {} : {headers: {Authorization: `Bearer ${session}`}}),
    );

  return {
    answers: async () => {
      try {
        const {status, data} = await http.get<unknown>('/system/ping', {timeout: ANSWER_TIMEOUT_MS});
        return status === 200 && Ping.safeParse(parseJson(data)).success;
      } catch {
        return false;
      }
    },
    resetPassword: async (token, password) => {
      const response = await post('/users/password/reset', {token, new_password: password});
      if (response.status !== 200) {
        throw refusal(response);
      }
    },
    verifyEmail: async (token) => {
      const response = await post('/users/email/verify', {token});
      if (response.status !== 200) {
        throw refusal(response);
      }
    },
    tryPassword: async (login, password) => {
      const response = await post('/users/login', {login_id: login, password});
      if (response.status === 200) {
        const session: unknown = response.headers['token'];
        if (typeof session === 'string') {
          await post('/users/logout', {}, session);
        }
        return 'yes';
      }
      const error = errorOf(response);
      return MFA_IDS.includes(error.id) ? 'mfa' : 'no';
    },
  };
}

/** The error of axios would print the request, in which there are a token and a password. */
async function answerOf(sent: Promise<AxiosResponse<unknown>>): Promise<AxiosResponse<unknown>> {
  try {
    return await sent;
  } catch (error) {
    const reason = isAxiosError(error) ? (error.code ?? 'no reason given') : 'no reason given';
    throw new Failure('MATTERMOST_UNREACHABLE', `Mattermost does not answer (${reason}).`, {cause: new Error(reason)});
  }
}

function errorOf({status, data}: AxiosResponse<unknown>): z.output<typeof AppError> {
  const error = AppError.safeParse(parseJson(data));
  if (!error.success) {
    throw new Failure('MATTERMOST_UNREACHABLE', `Something answers ${status}, and not like Mattermost.`, {
      details: {status},
    });
  }
  return error.data;
}

function refusal(response: AxiosResponse<unknown>): Failure {
  const {id, message} = errorOf(response);
  const says = message.slice(0, 500);
  return response.status === 400 && id.startsWith('model.user.is_valid.pwd')
    ? new Failure('PASSWORD_REFUSED', says)
    : new Failure('MATTERMOST_REFUSED', says, {details: {status: response.status, id: id.slice(0, 200)}});
}
