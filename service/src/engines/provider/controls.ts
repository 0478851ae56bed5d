import axios from 'axios';
import http from 'node:http';
import https from 'node:https';
import {trustedAuthorities} from './probe_tls.ts';

/**
 * Whether we are on the network at all: true when at least one control address answers anything over HTTP, false when none does, null when none is configured.
 * Without it a lost network looks like a lost provider.
 */
export function createControls(urls: readonly string[], timeoutMs = 5000): () => Promise<boolean | null> {
  return async () => {
    if (urls.length === 0) {
      return null;
    }
    return Promise.any(urls.map((url) => answers(url, timeoutMs))).catch(() => false);
  };
}

async function answers(url: string, timeoutMs: number): Promise<true> {
  const response = await axios.request<http.IncomingMessage>({
    url,
    timeout: timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
    proxy: false,
    maxRedirects: 0,
    responseType: 'stream',
    validateStatus: () => true,
    httpAgent: new http.Agent({keepAlive: false}),
    httpsAgent: new https.Agent({keepAlive: false, secureContext: trustedAuthorities()}),
  });
  response.data.destroy();
  return true;
}
