import tls from 'node:tls';
import {systemErrorCode} from '../../kernel/failure.ts';

let trusted: tls.SecureContext | undefined;

/** What the operating system trusts and what Node brings along: Mattermost trusts the former, and companies put their own authority there. */
export function trustedAuthorities(): tls.SecureContext {
  // Once: reading all of them takes tens of milliseconds.
  trusted ??= tls.createSecureContext({
    ca: [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])],
  });
  return trusted;
}

const DNS_ERRORS: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENODATA'];
const TIMEOUTS: readonly string[] = ['ETIMEDOUT', 'ECONNABORTED', 'ERR_CANCELED', 'ABORT_ERR', 'ESOCKETTIMEDOUT'];
const REFUSALS: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
];
const TLS_ERRORS =
  /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|HOSTNAME_MISMATCH|PATH_LENGTH)/;

/** A failed connection in the words of the contract's BridgeProbes. */
export function connectionError(error: unknown): 'timeout' | 'refused' | 'dns' | 'tls' | 'tls_expired' | 'other' {
  const code = systemErrorCode(error) ?? '';
  if (code === 'CERT_HAS_EXPIRED') {
    return 'tls_expired';
  }
  if (TLS_ERRORS.test(code)) {
    return 'tls';
  }
  if (DNS_ERRORS.includes(code)) {
    return 'dns';
  }
  if (TIMEOUTS.includes(code)) {
    return 'timeout';
  }
  return REFUSALS.includes(code) ? 'refused' : 'other';
}

/** When the TLS certificate of a host runs out, ms since 1970; whether it is trusted does not matter here. Null: no TLS connection. */
export function certificateExpiry(host: string, port: number, timeoutMs = 10_000): Promise<number | null> {
  return new Promise((resolve) => {
    const servername = /^[\d.]+$|:/.test(host) ? {} : {servername: host};
    const socket = tls.connect({host, port, ...servername, rejectUnauthorized: false});
    const end = (expiry: number | null): void => {
      socket.destroy();
      resolve(expiry);
    };
    socket.setTimeout(timeoutMs, () => end(null));
    socket.on('error', () => end(null));
    socket.once('secureConnect', () => {
      const expiry = Date.parse(socket.getPeerCertificate().valid_to);
      end(Number.isNaN(expiry) ? null : expiry);
    });
  });
}
