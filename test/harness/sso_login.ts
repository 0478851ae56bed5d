import {openSession} from './session.ts';
import {RestError} from './rest_error.ts';

export interface SignedIn {
  readonly token: string;
  readonly userId: string;
}

export interface ProviderSignInOptions {
  /** Done when the provider has said yes and Mattermost does not know yet: the time to take the provider away. */
  readonly beforeCallback?: () => Promise<void> | void;
  /** For each request. Mattermost itself waits 30 s for a provider that hangs. */
  readonly seconds?: number;
}

/** Who refused a sign-in through the provider, and in which words. */
class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly by: 'mattermost' | 'provider';
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** For Mattermost: the text that the person reads. */
  readonly says: string;

  constructor(by: 'mattermost' | 'provider', status: number, says: string) {
    super(`${by}: ${status} ${says}`);
    this.by = by;
    this.status = status;
    this.says = says;
  }
}

const MOST_HOPS = 12;
const SECONDS = 40;
const CALLBACK = '/signup/gitlab/complete';

/**
 * Signs in as a browser does: Mattermost, the form of the provider, and back.
 * @throws SignInError where one of the two refuses, or does not answer.
 */
export async function signInThroughProvider(
  mattermostUrl: string,
  username: string,
  password: string,
  options: ProviderSignInOptions = {},
): Promise<SignedIn> {
  const browser = openBrowser(new URL(mattermostUrl), (options.seconds ?? SECONDS) * 1000);
  let page = await browser.get(new URL('/oauth/gitlab/login', mattermostUrl));
  let hasFilledIn = false;

  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    const signedIn = browser.signedIn();
    if (signedIn) {
      return signedIn;
    }
    if (page.next) {
      if (page.next.pathname === CALLBACK) {
        await options.beforeCallback?.();
      }
      page = await browser.get(page.next);
      continue;
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(page.body)?.[1];
    if (page.by !== 'provider' || action === undefined || hasFilledIn) {
      break;
    }
    hasFilledIn = true;
    page = await browser.post(new URL(action, page.url), new URLSearchParams({username, password}));
  }
  throw new SignInError(
    page.by,
    page.status,
    page.body
      .replaceAll(/<[^>]*>|\s+/g, ' ')
      .trim()
      .slice(0, 200) || 'The sign-in led nowhere.',
  );
}

interface Page {
  readonly url: URL;
  readonly by: 'mattermost' | 'provider';
  readonly status: number;
  readonly body: string;
  /** Where it sends the browser to. */
  readonly next: URL | undefined;
}

/** Follows nothing by itself, and keeps the cookies of each address apart. */
function openBrowser(mattermost: URL, milliseconds: number) {
  const jars = new Map<string, Map<string, string>>();

  async function ask(url: URL, init: RequestInit): Promise<Page> {
    const by = url.origin === mattermost.origin ? 'mattermost' : 'provider';
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    let response: Response;
    let body: string;
    try {
      response = await fetch(url, {
        ...init,
        redirect: 'manual',
        headers: {cookie},
        signal: AbortSignal.timeout(milliseconds),
      });
      body = await response.text();
    } catch (error) {
      throw new SignInError(by, 0, reasonOf(error));
    }
    keepCookies(jar, response.headers.getSetCookie());
    const location = response.headers.get('location');
    const page = {
      url,
      by,
      status: response.status,
      body,
      next: location === null ? undefined : new URL(location, url),
    } as const;
    refuseErrorPage(page);
    return page;
  }

  return {
    get: (url: URL) => ask(url, {}),
    post: (url: URL, form: URLSearchParams) => ask(url, {method: 'POST', body: form}),
    signedIn: (): SignedIn | undefined => {
      const jar = jars.get(mattermost.origin);
      const [token, userId] = [jar?.get('MMAUTHTOKEN'), jar?.get('MMUSERID')];
      return token === undefined || userId === undefined ? undefined : {token, userId};
    },
  };
}

function keepCookies(jar: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const isGone = value === '' || /;\s*max-age=0/i.test(line) || /;\s*expires=[^;]*1970/i.test(line);
    if (isGone) {
      jar.delete(name);
    } else {
      jar.set(name, value);
    }
  }
}

/** Mattermost sends to /error?message=…: by Location, or by a page that goes there when it has loaded. */
function refuseErrorPage({by, status, body, next}: Page): void {
  if (by !== 'mattermost') {
    return;
  }
  const target = next?.href ?? body.replaceAll('\\u0026', '&').replaceAll('&amp;', '&').replaceAll('\\/', '/');
  const message = /\/error\?(?:[^"'\s]*&)?message=([^&"'\s]*)/.exec(target)?.[1];
  if (message !== undefined || status >= 400) {
    throw new SignInError(
      by,
      status,
      message === undefined ? body.slice(0, 300) : decodeURIComponent(message.replaceAll('+', ' ')),
    );
  }
}

/** No `instanceof`: under jest, the errors of fetch are of another world. */
function reasonOf(error: unknown): string {
  const {cause, message} = error as {cause?: {code?: string}; message?: string};
  return cause?.code ?? message ?? String(error);
}

/** @throws RestError where Mattermost refuses. `login` is a username or an e-mail address. */
export async function signInWithPassword(mattermostUrl: string, login: string, password: string): Promise<SignedIn> {
  const {token, body} = await openSession(mattermostUrl).send('POST', '/api/v4/users/login', {
    login_id: login,
    password,
  });
  if (token === undefined) {
    throw new Error('Mattermost let somebody in without a token.');
  }
  return {token, userId: (JSON.parse(body.toString('utf8')) as {id: string}).id};
}

/** Whether a session still lives. @throws RestError for every other trouble. */
export async function tokenWorks(mattermostUrl: string, token: string): Promise<boolean> {
  const session = openSession(mattermostUrl);
  session.carry(token);
  try {
    await session.send('GET', '/api/v4/users/me');
    return true;
  } catch (error) {
    if (error instanceof RestError && error.status === 401) {
      return false;
    }
    throw error;
  }
}
