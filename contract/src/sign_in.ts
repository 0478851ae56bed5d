import {LIMITS} from './limits.ts';
import type {SignIn} from './sso.ts';

/** Services that people can be switched from and back to. Mattermost stores any word, and locks the person out; a row with the service `email` can never sign in. */
export const PROVIDER_SERVICES: readonly string[] = ['ldap', 'saml', 'gitlab', 'google', 'office365', 'openid'];

const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  gitlab: 'GitLab',
  google: 'Google',
  office365: 'Entra ID',
  openid: 'OpenID Connect',
  saml: 'SAML',
  ldap: 'AD/LDAP',
};

/** How people call a provider; one that is not known is named as Mattermost does. */
export function providerName(service: string): string {
  return Object.hasOwn(PROVIDER_NAMES, service) ? (PROVIDER_NAMES[service] ?? service) : service;
}

/** Why Mattermost must not be given this sign-in, or null. It would store it unchecked, and the person could no longer sign in at all. */
export function signInRefusal({service, data}: SignIn): string | null {
  if (service === '') {
    return data === null ? null : 'An account with email and password has no sign-in data.';
  }
  if (!PROVIDER_SERVICES.includes(service)) {
    return `"${service.slice(0, 32)}" is no sign-in service that an account may be given.`;
  }
  const bytes = new TextEncoder().encode(data ?? '').length;
  return bytes >= 1 && bytes <= LIMITS.auth_data
    ? null
    : `Sign-in data must have 1 to ${LIMITS.auth_data} bytes, not ${bytes}.`;
}
