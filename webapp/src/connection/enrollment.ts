import type {Enrollment} from '../client.ts';
import type {Message} from '../i18n/say.tsx';

export type EnrollmentFields = {url: string; code: string; pin: string};
export type Problems = Partial<Record<keyof EnrollmentFields, Message>>;

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
    return {id: 'enroll.url.missing'};
  }
  const parsed = parse(url);
  if (!parsed) {
    return {id: 'enroll.url.malformed'};
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    return {id: 'enroll.url.scheme'};
  }
  if (parsed.username || parsed.password) {
    return {id: 'enroll.url.credentials'};
  }
  if (parsed.search || parsed.hash || parsed.pathname.replaceAll('/', '') !== '') {
    return {id: 'enroll.url.extra'};
  }
  return parsed.protocol === 'http:' && !isLoopback(parsed.hostname) ? {id: 'enroll.url.insecure'} : null;
}

function codeProblem(code: string): Message | null {
  // Codes are read out and typed: groups may be parted by dashes or spaces.
  const text = code.replaceAll(/[-\s]/g, '');
  if (text === '') {
    return {id: 'enroll.code.missing'};
  }
  return text.length < CODE_MIN ? {id: 'enroll.code.short'} : null;
}

function pinProblem(pin: string, isNeeded: boolean): Message | null {
  const text = pin.trim();
  if (text === '') {
    return isNeeded ? {id: 'enroll.pin.missing'} : null;
  }
  return PIN.test(text) ? null : {id: 'enroll.pin.malformed'};
}

export function problemsOf({url, code, pin}: EnrollmentFields): Problems {
  const found = {url: urlProblem(url), code: codeProblem(code), pin: pinProblem(pin, needsPin(url))};
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== null)) as Problems;
}

export function toEnrollment({url, code, pin}: EnrollmentFields): Enrollment {
  const address = url.trim().replace(/\/+$/, '');
  return {url: address, code: code.trim(), ...(pin.trim() ? {tls_pin: pin.trim()} : {})};
}
