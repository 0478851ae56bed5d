import type {ReadinessCheck} from '@disaster-recovery/contract';
import type {ProbeTarget} from '../../engines/provider/port.ts';
import {hostOf, type Facts} from './facts.ts';
import {check, type Finding} from './finding.ts';

const DAY_MS = 24 * 3_600_000;

/** What is right or wrong about the providers themselves: advice, because only their owners can change it. */
export function providerChecks(facts: Facts): ReadinessCheck[] {
  const providers = [...new Set(facts.targets.map(({provider}) => provider))];
  if (providers.length === 0) {
    return [
      check('providers', 2, {
        outcome: 'skipped',
        message: 'No provider is switched on, or the configuration in force could not be read.',
      }),
    ];
  }
  return [
    check('providers', 2, answersNow(facts)),
    ...providers.map((provider) => check(`redundancy of ${provider}`, 3, redundancy(provider, facts))),
    ...(facts.certificates.size > 0 ? [check('certificates', 3, certificates(facts))] : []),
    ...(providers.includes('saml') ? [check('SAML certificate', 3, samlCertificate(facts))] : []),
  ];
}

function answersNow({results}: Facts): Finding {
  if (results.length === 0) {
    return {outcome: 'skipped', message: 'The providers were not asked.'};
  }
  const failed = results.filter(({outcome}) => outcome !== 'ok' && outcome !== 'inconclusive');
  const [first] = failed;
  return first === undefined
    ? {outcome: 'ok', message: `All ${results.length} addresses of the providers answer as they should.`}
    : {
        outcome: 'warning',
        message: `${failed.length} of ${results.length} addresses of the providers do not answer as they should. ${first.provider}, ${first.probe}: ${first.message}`,
        remedy: 'See `drctl sso status`. From a machine that may not reach the provider, an outage cannot be seen.',
      };
}

/** Vendors that run many sites themselves; the weak point is the link to the directory behind them. */
const VENDORS: readonly [RegExp, string][] = [
  [/(^|\.)(google|googleapis)\.com$/, 'Google'],
  [/(^|\.)(microsoftonline|microsoft|windows)\.(com|net|us)$/, 'Microsoft Entra'],
  [/(^|\.)(okta|oktapreview|okta-emea)\.com$/, 'Okta'],
  [/(^|\.)onelogin\.com$/, 'OneLogin'],
];

function redundancy(provider: string, facts: Facts): Finding {
  const targets = facts.targets.filter((target) => target.provider === provider);
  if (provider === 'ldap') {
    return ldapRedundancy(targets, facts);
  }
  const hosts = [...new Set(targets.map(hostOf))];
  const vendor = hosts
    .map((host) => VENDORS.find(([pattern]) => pattern.test(host))?.[1])
    .find((name) => name !== undefined);
  if (vendor !== undefined) {
    return {
      outcome: 'warning',
      message: `${provider} is run by ${vendor}, which cannot be looked into from here.`,
      remedy:
        'If a directory of yours stands behind it, see that at least two directory agents run on different machines, and that sign-in works without the directory.',
    };
  }
  return addresses(hosts, facts);
}

function addresses(hosts: readonly string[], facts: Facts): Finding {
  const nameless = hosts.filter((host) => facts.addresses.get(host)?.length === 0);
  if (nameless.length > 0) {
    return {
      outcome: 'failed',
      message: `${nameless.join(', ')} has no address here.`,
      remedy: 'Check the name and the name servers of this machine.',
    };
  }
  const single = hosts.filter((host) => facts.addresses.get(host)?.length === 1);
  return single.length === 0
    ? {outcome: 'ok', message: `${hosts.join(', ')}: at least two addresses.`}
    : {
        outcome: 'warning',
        message: `${single.join(', ')} has one address.`,
        remedy:
          'Run the provider at least twice behind a load balancer or two addresses. With a load balancer in place, nothing is to do.',
      };
}

function ldapRedundancy(targets: readonly ProbeTarget[], facts: Facts): Finding {
  if (targets.length === 1) {
    const finding = addresses(targets.map(hostOf), facts);
    return finding.outcome === 'warning'
      ? {
          ...finding,
          remedy: 'Name several directory servers in LdapSettings.LdapServer, or one name that leads to several.',
        }
      : finding;
  }
  const failed = targets.filter(({probe}) =>
    facts.results.some((result) => result.probe === probe && result.outcome !== 'ok'),
  );
  return failed.length === 0
    ? {outcome: 'ok', message: `${targets.length} directory servers, and each answers by itself.`}
    : {
        outcome: 'warning',
        message: `Of ${targets.length} directory servers, ${failed.map(({url}) => url).join(', ')} does not answer as it should.`,
        remedy: 'Repair it now: a spare that does not answer is none.',
      };
}

function certificates({certificates: ends, now}: Facts): Finding {
  const known = [...ends].flatMap(([place, end]) => (end === null ? [] : [{place, end}])).sort((a, b) => a.end - b.end);
  const [first] = known;
  return first === undefined
    ? {outcome: 'skipped', message: 'No TLS connection came about, so no certificate was seen.'}
    : untilEnd(
        `The TLS certificate of ${first.place}`,
        first.end - now,
        'Renew it: when it runs out, nobody can sign in.',
      );
}

function samlCertificate({results, samlCertificateEnds: end, now}: Facts): Finding {
  const mismatch = results.find(({outcome}) => outcome === 'key_mismatch');
  if (mismatch !== undefined) {
    return {
      outcome: 'failed',
      message: mismatch.message,
      remedy: 'Fetch the new certificate of the provider and set it in System Console > Authentication > SAML.',
    };
  }
  return end === null
    ? {outcome: 'skipped', message: 'The certificate by which Mattermost knows the SAML provider could not be read.'}
    : untilEnd(
        'The certificate by which Mattermost knows the SAML provider',
        end - now,
        'Ask the provider for its next signing certificate.',
      );
}

function untilEnd(what: string, left: number, remedy: string): Finding {
  const days = Math.floor(left / DAY_MS);
  if (left < DAY_MS) {
    return {outcome: 'failed', message: left <= 0 ? `${what} has run out.` : `${what} runs out within a day.`, remedy};
  }
  const message = `${what} is the first to run out: in ${days} days.`;
  return days < 14 ? {outcome: 'warning', message, remedy} : {outcome: 'ok', message};
}
