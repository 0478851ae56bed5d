import {Agent} from 'node:http';
import axios from 'axios';
import {restError} from './rest_error.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** HTTP with the token of whoever is signed in. */
export interface Session {
  /** `path` begins after the address of the server. Throws a RestError for every answer that is not a success. */
  send(method: Method, path: string, data?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Later requests carry `token`; without one, nobody's. */
  carry(token: string | undefined): void;
}

interface Answer {
  readonly body: Buffer;
  /** That Mattermost gives to who signed in. */
  readonly token: string | undefined;
}

export function openSession(url: string): Session {
  // The token lives here alone: printing a session or a client shows nothing of it.
  let token: string | undefined;
  const httpAgent = new Agent({keepAlive: true});

  return {
    carry: (given) => {
      token = given;
    },
    send: async (method, path, data, headers = {}) => {
      try {
        const {data: body, headers: answered} = await axios.request<Buffer>({
          method,
          url: `${url}${path}`,
          data,
          headers: {...(token === undefined ? {} : {Authorization: `Bearer ${token}`}), ...headers},
          responseType: 'arraybuffer',
          maxBodyLength: Infinity,
          httpAgent,
          proxy: false,
        });
        return {body: Buffer.from(body), token: answered['token'] as string | undefined};
      } catch (thrown) {
        throw restError(`${method} ${path.replace(/\?.*/, '')}`, thrown);
      }
    },
  };
}
