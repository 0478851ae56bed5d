import {createHash} from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import {Client, InvalidCredentialsError, ResultCodeError} from 'ldapts';
import type {Clock} from '../../kernel/clock.ts';
import type {Probe, ProbeTarget} from './port.ts';
import {classifyAnswer, type Verdict} from './probe_classes.ts';
import {connectionError, trustedAuthorities} from './probe_tls.ts';

export type LdapTarget = Extract<ProbeTarget, {kind: 'ldap'}>;

/** A refused bind counts as a wrong password; directories lock accounts after a few of them, and then nobody signs in. */
const AFTER_REFUSAL_MS = 30 * 60_000;

/** LDAP result codes (RFC 4511, appendix A) that are neither success nor a matter of settings. */
const BUSY_CODES: readonly number[] = [51, 52, 80];
const REFUSED_SAYS = 'refuses the bind account: its name, its password or its state is wrong';

const SETTING_CODES: Readonly<Record<number, string>> = {
  8: 'asks for a stronger bind than the settings give',
  13: 'asks for TLS before a bind',
  32: 'knows no entry of the name of the base DN',
  34: 'does not accept the base DN or the bind name as a name',
  48: 'does not accept this kind of bind',
  50: 'does not let the bind account read the base DN',
};

/** Connects, binds with the service account and reads the base entry. Never throws: what fails is the outcome, and it holds no name and no password. */
export function createLdapProbe(
  clock: Clock,
): (target: LdapTarget, options: Parameters<Probe>[1]) => ReturnType<Probe> {
  const refused = new Map<string, number>();
  return async (target, {slowMs, timeoutMs}) => {
    const key = createHash('sha256').update(`${target.bind_dn}\n${target.bind_password}`).digest('hex');
    const mayBind = clock.now() >= (refused.get(key) ?? 0);
    const started = performance.now();
    const error = await attempt(target, timeoutMs, mayBind);
    const ms = performance.now() - started;
    if (error instanceof InvalidCredentialsError && mayBind) {
      refused.clear();
      refused.set(key, clock.now() + AFTER_REFUSAL_MS);
    }
    const {outcome, message} = verdictOf(error, ms, slowMs);
    return {
      provider: target.provider,
      probe: target.probe,
      outcome,
      message: `${URL.parse(target.url)?.host ?? 'the directory'} ${message}.`,
      ms: Math.round(ms),
    };
  };
}

class Misconfigured extends Error {}

function verdictOf(error: unknown, ms: number, slowMs: number): Verdict {
  if (error === null) {
    const message = 'lets the bind account in and shows its base entry';
    return ms > slowMs
      ? {outcome: 'slow', message: `answered after ${(ms / 1000).toFixed(1)} s`}
      : {outcome: 'ok', message};
  }
  if (error instanceof Misconfigured) {
    return {outcome: 'misconfigured', message: error.message};
  }
  if (error instanceof InvalidCredentialsError) {
    return {outcome: 'misconfigured', message: REFUSED_SAYS};
  }
  if (error instanceof ResultCodeError) {
    return byResultCode(error.code);
  }
  return classifyAnswer(
    'ldap',
    {status: 0, error: connectionError(error), ms, body: null, redirect_error: null},
    slowMs,
  );
}

function byResultCode(code: number): Verdict {
  const message = SETTING_CODES[code];
  if (message !== undefined) {
    return {outcome: 'misconfigured', message};
  }
  return BUSY_CODES.includes(code)
    ? {outcome: 'server_error', message: `says that it is busy or not available (${code})`}
    : {outcome: 'inconclusive', message: `answers with the LDAP result ${code}, which proves nothing`};
}

/** Null when all went well, otherwise what was thrown. */
async function attempt(target: LdapTarget, timeoutMs: number, mayBind: boolean): Promise<unknown> {
  const sockets: net.Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  // One deadline over all: the client's own do not cover the TLS handshake of StartTLS.
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer in time'), {code: 'ETIMEDOUT'})), timeoutMs);
  });
  try {
    await Promise.race([converse(target, {timeoutMs, mayBind}, sockets), deadline]);
    return null;
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
    for (const socket of sockets) {
      socket.destroy();
    }
  }
}

async function converse(
  target: LdapTarget,
  {timeoutMs, mayBind}: {timeoutMs: number; mayBind: boolean},
  sockets: net.Socket[],
): Promise<void> {
  // A bind with a name and without a password is anonymous and always succeeds (RFC 4513, 5.1.2): it would prove nothing.
  if (target.bind_dn !== '' && target.bind_password === '') {
    throw new Misconfigured('has a bind account without a password in the settings, so it was not asked');
  }
  const {hostname} = new URL(target.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = {host, secureContext: trustedAuthorities(), ...(net.isIP(host) === 0 && {servername: host})};
  const connect = createConnections(sockets);
  const client = new Client({
    url: target.url,
    connectTimeout: timeoutMs,
    timeout: timeoutMs,
    ...(target.url.startsWith('ldaps:') && {tlsOptions: secure}),
    ...connect,
  });
  if (target.start_tls) {
    await client.startTLS({...secure});
  }
  if (target.bind_dn !== '') {
    await bindOrConnect(client, target, mayBind);
  }
  await client.search(target.base_dn, {
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['1.1'],
    sizeLimit: 1,
    timeLimit: Math.ceil(timeoutMs / 1000),
  });
}

async function bindOrConnect(client: Client, target: LdapTarget, mayBind: boolean): Promise<void> {
  if (mayBind) {
    await client.bind(target.bind_dn, target.bind_password);
    return;
  }
  // An anonymous look at the root entry: is anybody there? What it answers does not matter.
  await client
    .search('', {scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'], sizeLimit: 1})
    .catch((error: unknown) => {
      if (!(error instanceof ResultCodeError) || BUSY_CODES.includes(error.code)) {
        throw error;
      }
    });
  throw new Misconfigured(
    `${REFUSED_SAYS}. It is not tried again for half an hour, because wrong passwords lock accounts`,
  );
}

/** Keeps every socket, so that none outlives its probe, and the reason of a failed connection: the client passes on its words alone. */
function createConnections(sockets: net.Socket[]): {
  createConnection: typeof net.connect;
  createSecureConnection: typeof tls.connect;
} {
  return {
    createConnection: ((...options: Parameters<typeof net.connect>) =>
      keep(net.connect(...options), sockets)) as typeof net.connect,
    createSecureConnection: ((...options: Parameters<typeof tls.connect>) =>
      keep(tls.connect(...options), sockets)) as typeof tls.connect,
  };
}

function keep<S extends net.Socket>(socket: S, sockets: net.Socket[]): S {
  // The client takes its listener away before the socket is gone; an error without a listener would end the process.
  socket.prependListener('error', () => undefined);
  sockets.push(socket);
  return socket;
}
