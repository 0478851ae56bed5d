import {isLoopback} from '../kernel/loopback.ts';

/** Something that works and should not stay as it is. */
export type Warning = {message: string; remedy: string};

/** Over plain HTTP to another machine, whoever is on the way reads configuration and one-time codes, and may answer in Mattermost's place. */
export function exposedAddress(address: string | null): Warning | null {
  const url = address === null ? null : URL.parse(address);
  if (url?.protocol !== 'http:' || isLoopback(url.hostname)) {
    return null;
  }
  return {
    message: `Mattermost is reached at ${url.origin}, without TLS: whoever is on the way reads its configuration and one-time codes`,
    remedy: 'Name an https:// address in mattermost.url, or run drctl on the machine of Mattermost and name 127.0.0.1.',
  };
}
