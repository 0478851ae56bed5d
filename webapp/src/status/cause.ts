import type {Status} from '@disaster-recovery/contract';
import type {Connection} from '../client.ts';
import type {Message} from '../i18n/say.tsx';

/** Why the companion cannot be asked, and what helps against just that. */
export type Cause = {
  title: Message;
  detail: Message;
  /** `address`: what the plugin was told is wrong, and starting anything would not help. */
  kind: 'down' | 'address';
};

const CERTIFICATE = /pinned|certificate|x509|tls:/i;
const NAME = /no such host|lookup /i;

function remedyOf(error: string, isAddress: boolean): Message {
  if (CERTIFICATE.test(error)) {
    return {id: 'headline.companion_down.certificate'};
  }
  if (isAddress || NAME.test(error)) {
    return {id: 'headline.companion_down.address'};
  }
  return {id: 'headline.companion_down.serve'};
}

/** The bridge tells its last error in words. A place that cannot even be tried has no "since". */
export function causeOf({last_error: error, unreachable_since: since, reachable}: Connection): Cause {
  const isAddress = !reachable && since === null && Boolean(error);
  const title: Message = isAddress
    ? {id: 'headline.companion_address'}
    : since === null
      ? {id: 'headline.companion_down_now'}
      : {id: 'headline.companion_down', values: {since: {since}}};
  const remedy: Message = remedyOf(error ?? '', isAddress);
  const first = error && {id: 'two_sentences' as const, values: {first: error, second: {message: remedy}}};
  return {title, detail: first || remedy, kind: isAddress || CERTIFICATE.test(error ?? '') ? 'address' : 'down'};
}

/** `CODE: words`, as the companion tells a failed repository. */
const NAMED = /^([A-Z][A-Z_]+): /;

/** The worst advice for an unmounted disk is to make a new repository in its place, so this page gives its own. */
export function repositoryDetail({repository: {message, location}}: Status): Message | string {
  const code = NAMED.exec(message)?.[1];
  return code === 'REPOSITORY_NOT_FOUND'
    ? {id: 'headline.repository_missing', values: {location}}
    : message.replace(NAMED, '');
}
