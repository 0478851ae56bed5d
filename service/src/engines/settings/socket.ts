import {isAxiosError} from 'axios';
import {z} from 'zod';
import {Failure} from '../../kernel/failure.ts';
import {createPlainHttp, parseJson} from '../mattermost/http.ts';
import type {SignInSettings} from './port.ts';
import {patchOf, settingValues, stillTrue, type Config} from './values.ts';

/** Where it is unless ServiceSettings.LocalModeSocketLocation says otherwise. */
export const LOCAL_SOCKET = '/var/tmp/mattermost_local.socket';
const TIMEOUT_MS = 15_000;

const Configuration = z.record(z.string(), z.unknown());
const AppError = z.object({message: z.string()});

/**
 * The running server by its local-mode socket, which asks for no session: only its owner and root can open it.
 * What the environment locks it does not tell; a locked setting is answered unchanged.
 */
export function createSocketSettings(socketPath: string = LOCAL_SOCKET): SignInSettings {
  const http = createPlainHttp({socketPath, baseURL: 'http://localhost/api/v4', timeout: TIMEOUT_MS});

  async function ask(method: 'GET' | 'PUT', url: string, data?: unknown): Promise<Config> {
    const {status, data: text} = await http.request<unknown>({method, url, data}).catch((error: unknown) => {
      const reason = isAxiosError(error) ? (error.code ?? 'no reason given') : 'no reason given';
      throw new Failure('MATTERMOST_UNREACHABLE', `Mattermost does not answer at ${socketPath} (${reason}).`, {
        cause: new Error(reason),
      });
    });
    const body = Configuration.safeParse(parseJson(text));
    if (status !== 200 || !body.success) {
      const error = AppError.safeParse(body.data);
      throw error.success
        ? new Failure('MATTERMOST_REFUSED', error.data.message.slice(0, 500), {details: {status}})
        : new Failure(
            'MATTERMOST_UNREACHABLE',
            `What answers at ${socketPath} is not the local mode of Mattermost (${status}).`,
            {details: {status}},
          );
    }
    return body.data;
  }
  const readConfig = (): Promise<Config> => ask('GET', '/config');

  return {
    through: 'socket',
    needsRestart: false,
    read: async () => settingValues(await readConfig()),
    change: async (changes) => {
      const wanted = stillTrue(await readConfig(), changes);
      if (wanted.length > 0) {
        await ask('PUT', '/config/patch', patchOf(wanted));
      }
      return settingValues(await readConfig());
    },
  };
}
