import type {Enrolment} from '../client.ts';
import type {Message} from '../i18n/say.tsx';

export type EnrolmentFields = {url: string; code: string; pin: string};
export type Problems = Partial<Record<keyof EnrolmentFields, Message>>;

const CODE_MIN = 8;
const PIN = /^sha256\/[A-Za-z0-9+/_-]{43}=?$/;

function parse(url: string): URL | null {
  try {
    return new URL(url.trim());
  } catch {
    return null;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Beyond this machine the certificate is pinned; on it there may be none. */
export function needsPin(url: string): boolean {
  const parsed = parse(url);
  return parsed !== null && parsed.hostname !== '' && !isLoopback(parsed.hostname);
}

function urlProblem(url: string): Message | null {
  if (url.trim() === '') {
    return {id: 'enrol.url.missing'};
  }
  const parsed = parse(url);
  if (!parsed) {
    return {id: 'enrol.url.malformed'};
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    return {id: 'enrol.url.scheme'};
  }
  if (parsed.username || parsed.password) {
    return {id: 'enrol.url.credentials'};
  }
  if (parsed.search || parsed.hash || parsed.pathname.replaceAll('/', '') !== '') {
    return {id: 'enrol.url.extra'};
  }
  return parsed.protocol === 'http:' && !isLoopback(parsed.hostname) ? {id: 'enrol.url.insecure'} : null;
}

function codeProblem(code: string): Message | null {
  // Codes are read out and typed: groups may be parted by dashes or spaces.
  const text = code.replaceAll(/[-\s]/g, '');
  if (text === '') {
    return {id: 'enrol.code.missing'};
  }
  return text.length < CODE_MIN ? {id: 'enrol.code.short'} : null;
}

function pinProblem(pin: string, isNeeded: boolean): Message | null {
  const text = pin.trim();
  if (text === '') {
    return isNeeded ? {id: 'enrol.pin.missing'} : null;
  }
  return PIN.test(text) ? null : {id: 'enrol.pin.malformed'};
}

export function problemsOf({url, code, pin}: EnrolmentFields): Problems {
  const found = {url: urlProblem(url), code: codeProblem(code), pin: pinProblem(pin, needsPin(url))};
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== null)) as Problems;
}

export function toEnrolment({url, code, pin}: EnrolmentFields): Enrolment {
  const address = url.trim().replace(/\/+$/, '');
  return {url: address, code: code.trim(), ...(pin.trim() ? {tls_pin: pin.trim()} : {})};
}
