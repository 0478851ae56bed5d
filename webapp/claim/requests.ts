import type {ClaimReply} from '@disaster-recovery/contract';

/** An older companion does not tell whether Mattermost takes passwords at sign-in. */
export type Claimed = Omit<ClaimReply, 'sign_in_open'> & Partial<Pick<ClaimReply, 'sign_in_open'>>;

/** `code` is an id of Mattermost or a code of the companion; what the page finds itself is NO_ANSWER or ANSWER_UNREADABLE. */
export type Refusal = {code: string; says: string; remedy: string};

export type Reply<Value> = {ok: true; value: Value} | {ok: false; refusal: Refusal};

export type Requests = ReturnType<typeof createRequests>;

const ANSWER_WITHIN_MS = 40_000;
const PLACE = /^(.*?)\/plugins\/[^/]+/;

/** `/chat/plugins/disaster-recovery/claim` → where Mattermost is, and where the plugin is. */
export function placesOf(pathname: string): {site: string; plugin: string} {
  const [plugin = '', site = ''] = PLACE.exec(pathname) || [];
  return {site, plugin};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The companion and the bridge say `{error: {code, message, remedy}}`, Mattermost says `{id, message}`. */
function refusalOf(body: unknown): Refusal {
  const {error, id, message} = (body || {}) as {
    error?: {code?: unknown; message?: unknown; remedy?: unknown};
    id?: unknown;
    message?: unknown;
  };
  if (error && typeof error.code === 'string') {
    return {code: error.code, says: text(error.message), remedy: text(error.remedy)};
  }
  return typeof id === 'string'
    ? {code: id, says: text(message), remedy: ''}
    : {code: 'ANSWER_UNREADABLE', says: '', remedy: ''};
}

function isClaimed(body: unknown): body is Claimed {
  const {username, token, password} = (body || {}) as Partial<Claimed>;
  return typeof username === 'string' && typeof token === 'string' && Boolean(token) && typeof password === 'object';
}

async function post(path: string, content: object): Promise<Reply<unknown>> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ANSWER_WITHIN_MS);
  try {
    const reply = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      headers: {'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest'},
      body: JSON.stringify(content),
      signal: stop.signal,
    });
    const body: unknown = await reply.json().catch(() => null);
    return reply.ok ? {ok: true, value: body} : {ok: false, refusal: refusalOf(body)};
  } catch {
    return {ok: false, refusal: {code: 'NO_ANSWER', says: '', remedy: ''}};
  } finally {
    clearTimeout(timer);
  }
}

/** The code goes to the plugin; the password goes to Mattermost and to nobody else. */
export function createRequests(pathname: string) {
  const {site, plugin} = placesOf(pathname);
  return {
    site,
    claim: async (code: string): Promise<Reply<Claimed>> => {
      const reply = await post(`${plugin}/claim/code`, {code});
      if (reply.ok && !isClaimed(reply.value)) {
        return {ok: false, refusal: refusalOf(null)};
      }
      return reply as Reply<Claimed>;
    },
    setPassword: (token: string, password: string) =>
      post(`${site}/api/v4/users/password/reset`, {token, new_password: password}),
    logIn: (username: string, password: string, digits: string) =>
      post(`${site}/api/v4/users/login`, {
        login_id: username,
        password,
        device_id: '',
        ...(digits ? {token: digits} : {}),
      }),
  };
}
