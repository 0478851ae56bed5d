import {X509Certificate, createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import {requirePrivate} from '../config/load.ts';
import type {Config} from '../config/schema.ts';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {isLoopback} from '../kernel/loopback.ts';

export type ListenAddress = {
  host: string;
  port: number;
  /** What the plugin page is given. */
  url: string;
  tls: {cert: string; key: string} | null;
  /** `sha256/BASE64` of the certificate's public key; null without TLS. */
  tlsPin: string | null;
};

/**
 * Where the companion listens, with its certificate read.
 * @throws Failure TLS_REQUIRED, CONFIG_INVALID, CONFIG_EXPOSED
 */
export async function listenAddress(serve: Config['serve']): Promise<ListenAddress> {
  const {host, port} = splitAddress(serve.listen);
  const tls = await readTls(serve);
  if (!tls && !isLoopback(host)) {
    throw new Failure('TLS_REQUIRED', `serve.listen is ${serve.listen}, which is not this machine alone.`);
  }
  return {
    host,
    port,
    tls,
    url: `${tls ? 'https' : 'http'}://${shownHost(host)}:${port}`,
    tlsPin: tls ? tlsPinOf(tls.cert) : null,
  };
}

/** The pin of a PEM certificate: sha256 over its SubjectPublicKeyInfo. */
function tlsPinOf(certificate: string): string {
  const spki = new X509Certificate(certificate).publicKey.export({type: 'spki', format: 'der'});
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

function splitAddress(listen: string): {host: string; port: number} {
  const colon = listen.lastIndexOf(':');
  const port = Number(listen.slice(colon + 1));
  if (port > 65_535) {
    throw new Failure('CONFIG_INVALID', `serve.listen: ${port} is not a port.`);
  }
  return {host: listen.slice(0, colon).replaceAll(/[[\]]/g, ''), port};
}

function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') {
    return hostname();
  }
  return host.includes(':') ? `[${host}]` : host;
}

async function readTls({tls_certificate, tls_key}: Config['serve']): Promise<{cert: string; key: string} | null> {
  if (tls_certificate === undefined && tls_key === undefined) {
    return null;
  }
  if (tls_certificate === undefined || tls_key === undefined) {
    throw new Failure('CONFIG_INVALID', 'serve.tls_certificate and serve.tls_key go together.');
  }
  try {
    await requirePrivate(tls_key);
    const [cert, key] = await Promise.all([readFile(tls_certificate, 'utf8'), readFile(tls_key, 'utf8')]);
    tlsPinOf(cert);
    return {cert, key};
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    throw new Failure(
      'CONFIG_INVALID',
      `The TLS certificate or key cannot be used (${systemErrorCode(error) ?? 'not PEM'}).`,
      {cause: error},
    );
  }
}
