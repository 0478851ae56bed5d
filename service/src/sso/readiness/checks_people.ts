import type {ReadinessCheck} from '@disaster-recovery/contract';
import type {BreakGlass, Facts} from './facts.ts';
import {check, withConfig, type Finding} from './finding.ts';
import {counted} from '../../words/plural.ts';

/** What must be right about accounts before an outage; counts only. */
export function peopleChecks(facts: Facts): ReadinessCheck[] {
  const {recentAdministrators: administrators} = facts.people;
  return [
    check('local administrators', 5, localAdministrators(facts)),
    ...(administrators > 0 ? [check('second factor of local administrators', 2, administratorsMfa(facts))] : []),
    check('break-glass accounts', 1, breakGlass(facts.breakGlass)),
    check('e-mail addresses', 2, emailAddresses(facts)),
    check(
      'verified e-mail',
      2,
      withConfig(facts, ({EmailSettings: {RequireEmailVerification: isRequired}}) =>
        verifiedEmail(isRequired ?? false, facts),
      ),
    ),
  ];
}

function localAdministrators({people: {localAdministrators: all, recentAdministrators: recent}}: Facts): Finding {
  const idle = all - recent;
  const message = `${counted(recent, 'system administrator')} with email and password signed in within the last 90 days${idle > 0 ? `; ${idle} more did not` : ''}.`;
  const remedy =
    'Make two system administrators with email and password, test their sign-in, and name them in sso.never_switch.';
  if (recent >= 2) {
    return {outcome: 'ok', message};
  }
  return {outcome: recent === 1 ? 'warning' : 'failed', message, remedy};
}

function administratorsMfa({people: {recentAdministrators: all, recentWithoutMfa: without}}: Facts): Finding {
  return without === 0
    ? {outcome: 'ok', message: `All ${all} local system administrators have a second factor.`}
    : {
        outcome: 'warning',
        message: `${without} of ${all} local system administrators have no second factor.`,
        remedy: "Let them enroll one: these accounts are outside the provider's protection all the time.",
      };
}

const UNFIT: Record<Exclude<BreakGlass['state'], 'fit'>, string> = {
  missing: 'does not exist or is deactivated',
  not_local: 'does not sign in with email and password',
  not_administrator: 'is no system administrator',
};

function breakGlass(accounts: readonly BreakGlass[]): Finding {
  if (accounts.length === 0) {
    return {outcome: 'warning', message: 'No break-glass account is named.', remedy: 'Name them in sso.never_switch.'};
  }
  const unfit = accounts.flatMap(({username, state}) => (state === 'fit' ? [] : [`${username} ${UNFIT[state]}`]));
  return unfit.length === 0
    ? {
        outcome: 'ok',
        message: `${accounts.map(({username}) => username).join(', ')}: local system administrators that are never switched.`,
      }
    : {
        outcome: 'failed',
        message: `Of the break-glass accounts, ${unfit.join('; ')}.`,
        remedy: 'Correct the account, or sso.never_switch.',
      };
}

function emailAddresses({people: {sso, invalidEmail, sameEmail}}: Facts): Finding {
  const message = [
    ...(invalidEmail > 0 ? [`${invalidEmail} of ${sso} SSO accounts have no valid email address`] : []),
    ...(sameEmail > 0
      ? [`${sameEmail} accounts share an address with another one but for the case of its letters`]
      : []),
  ];
  return message.length === 0
    ? {outcome: 'ok', message: `All ${sso} SSO accounts have an email address of their own.`}
    : {
        outcome: 'warning',
        message: `${message.join('; ')}. Sign-in by email does not work for them.`,
        remedy: 'Correct the addresses at the provider; until then these people sign in by username.',
      };
}

function verifiedEmail(isRequired: boolean, {people: {unverified}}: Facts): Finding {
  if (!isRequired || unverified === 0) {
    return {
      outcome: 'ok',
      message: isRequired
        ? 'All SSO accounts have a verified email address.'
        : 'Mattermost asks for no verified email address.',
    };
  }
  return {
    outcome: 'warning',
    message: `${unverified} SSO accounts have no verified email address, and Mattermost lets nobody in without one.`,
    remedy: 'Verify them with `mmctl user verify`, or switch EmailSettings.RequireEmailVerification off.',
  };
}
