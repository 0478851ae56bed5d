import type {Clock} from '../../kernel/clock.ts';
import type {Probe} from './port.ts';
import {createHttpProbe, type HttpProbeParts} from './probe_http.ts';
import {createLdapProbe} from './probe_ldap.ts';

/** Asks one address whether its provider is up; never throws. */
export function createProbe(parts: HttpProbeParts & {clock: Clock}): Probe {
  const [http, ldap] = [createHttpProbe(parts), createLdapProbe(parts.clock)];
  return (target, options) => (target.kind === 'http' ? http(target, options) : ldap(target, options));
}
