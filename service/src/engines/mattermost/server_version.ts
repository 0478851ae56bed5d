import {z} from 'zod';
import {createMattermostHttp} from './http.ts';

const ClientConfig = z.object({Version: z.string()});

/** The version that Mattermost tells anybody, or null when no Mattermost answers there. */
export async function readServerVersion(url: string | null, signal: AbortSignal): Promise<string | null> {
  if (url === null) {
    return null;
  }
  try {
    const {data} = await createMattermostHttp(3000).get<string>(
      `${url.replace(/\/+$/, '')}/api/v4/config/client?format=old`,
      {signal},
    );
    return ClientConfig.parse(JSON.parse(data)).Version;
  } catch {
    // A backup does not depend on it: with Mattermost down there is just no version to tell.
    signal.throwIfAborted();
    return null;
  }
}
