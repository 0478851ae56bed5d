import http from 'node:http';
import https from 'node:https';
import type {Readable} from 'node:stream';
import axios, {type AxiosRequestConfig} from 'axios';
import {z} from 'zod';
import type {Probe, ProbeTarget} from './port.ts';
import {classifyAnswer, type Answer, type Verdict} from './probe_classes.ts';
import {hasSigningCertificate, isSamlMetadata} from './probe_saml_metadata.ts';
import {connectionError, trustedAuthorities} from './probe_tls.ts';

const MAX_BODY_BYTES = 256 * 1024;

export type HttpTarget = Extract<ProbeTarget, {kind: 'http'}>;

export type HttpProbeParts = {
  /** PEM of the certificate by which Mattermost knows its SAML provider; null when it cannot be read. */
  samlCertificate?: () => Promise<string | null>;
};

const OauthError = z.object({error: z.string().max(200)});
const Discovery = z.object({issuer: z.string().min(1)});

/** Asks an address as a browser or Mattermost would, without a secret and without a user. Never throws: what fails is the outcome. */
export function createHttpProbe(
  parts: HttpProbeParts = {},
): (target: HttpTarget, options: Parameters<Probe>[1]) => ReturnType<Probe> {
  return async (target, {slowMs, timeoutMs}) => {
    const started = performance.now();
    const {answer, text} = await ask(target, timeoutMs, started);
    const verdict = classifyAnswer(target.probe, answer, slowMs);
    const {outcome, message} =
      verdict.outcome === 'ok' && target.probe === 'metadata' ? await compareKey(verdict, text, parts) : verdict;
    return {
      provider: target.provider,
      probe: target.probe,
      outcome,
      message: `${placeOf(target.url)} ${message}.`,
      ms: Math.round(answer.ms),
    };
  };
}

/** Host only: paths may hold names of tenants, queries may hold more. */
function placeOf(url: string): string {
  return URL.parse(url)?.host ?? 'the address';
}

async function compareKey(verdict: Verdict, metadata: string, {samlCertificate}: HttpProbeParts): Promise<Verdict> {
  const pem = await samlCertificate?.().catch(() => null);
  if (pem === null || pem === undefined || hasSigningCertificate(metadata, pem) !== false) {
    return verdict;
  }
  return {outcome: 'key_mismatch', message: 'signs with another certificate than the one that Mattermost was given'};
}

async function ask(target: HttpTarget, timeoutMs: number, started: number): Promise<{answer: Answer; text: string}> {
  try {
    const response = await axios.request<Readable>(requestFor(target, timeoutMs));
    // The time to the first byte counts; a large page on a thin line is not a slow provider.
    const ms = performance.now() - started;
    const text = await readStart(response.data);
    const location = response.headers['location'] as unknown;
    return {
      text,
      answer: {
        status: response.status,
        error: '',
        ms,
        body: describe(target.probe, text),
        redirect_error: redirectError(location, target.url),
      },
    };
  } catch (error) {
    return {
      text: '',
      answer: {
        status: 0,
        error: connectionError(error),
        ms: performance.now() - started,
        body: null,
        redirect_error: null,
      },
    };
  }
}

function requestFor({probe, url, client_id: client}: HttpTarget, timeoutMs: number): AxiosRequestConfig {
  const common: AxiosRequestConfig = {
    url,
    timeout: timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
    proxy: false,
    maxRedirects: 0,
    responseType: 'stream',
    validateStatus: () => true,
    headers: {Accept: 'text/html, application/json;q=0.9, */*;q=0.8', 'User-Agent': 'disaster-recovery-probe'},
    // A kept connection would hide that DNS, TCP or TLS no longer work.
    httpAgent: new http.Agent({keepAlive: false}),
    httpsAgent: new https.Agent({keepAlive: false, secureContext: trustedAuthorities()}),
  };
  if (probe === 'token') {
    // Without the client secret: it is not ours to send, and a living token service refuses either way.
    return {
      ...common,
      method: 'POST',
      data: new URLSearchParams({grant_type: 'authorization_code', code: 'probe', client_id: client}),
    };
  }
  return probe === 'authorize'
    ? {...common, method: 'GET', params: {response_type: 'code', client_id: client, state: 'disaster-recovery-probe'}}
    : {...common, method: 'GET'};
}

async function readStart(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop destroys the stream.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_BODY_BYTES) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8');
}

function describe(probe: HttpTarget['probe'], text: string): NonNullable<Answer['body']> {
  const json = parseJson(text);
  const kind = json !== undefined ? 'json' : /<html|<!doctype html/i.test(text.slice(0, 2000)) ? 'html' : 'other';
  const error = OauthError.safeParse(json);
  const isValid = probe === 'metadata' ? isSamlMetadata(text) : Discovery.safeParse(json).success;
  return {kind, oauth_error: error.success ? error.data.error : null, is_valid: isValid};
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function redirectError(location: unknown, base: string): string | null {
  return typeof location === 'string' ? (URL.parse(location, base)?.searchParams.get('error') ?? null) : null;
}
