import type {Claimed, Refusal} from './requests.ts';

const ASK = 'Ask your administrator for a new code.';

/** What people can do about it. Other refusals are shown in the words of who refused. */
const KNOWN: Record<string, [says: string, remedy: string]> = {
  CLAIM_CODE_WRONG: [
    'This code is wrong, used, or too old.',
    'Compare it with what you were given. If it is the same, ask your administrator for a new code.',
  ],
  // Counted by address, so others behind the same one may have used them up; the code itself may still be good.
  CLAIM_TOO_MANY_TRIES: [
    'There were too many tries from your network.',
    'Wait some minutes, then try again. If your code is too old by then, ask your administrator for a new one.',
  ],
  COMPANION_UNREACHABLE: [
    'Codes cannot be checked at the moment.',
    'Your code is not used up. Try again in a minute; if it stays so, tell your administrator.',
  ],
  NO_ANSWER: ['The server did not answer.', 'Check your connection, then try again.'],
  ANSWER_UNREADABLE: [
    'The server gave an answer that this page does not understand.',
    'Try again in a minute; if it stays so, tell your administrator.',
  ],
  LINK_OVER: ['Too much time has passed since you entered the code, or it was used elsewhere.', ASK],
  'api.user.reset_password.sso.app_error': [
    'Single sign-on works again, so your account needs no password now.',
    'Sign in the usual way.',
  ],
  CODE_MISSING: ['Enter the code first.', ''],
  RULES_NOT_MET: ['The password is not ready yet.', 'See below what is missing.'],
  DIGITS_WRONG: ['This second factor is wrong or too old.', 'Enter the six digits that your app shows now.'],
  DIGITS_MISSING: ['Enter the six digits first.', ''],
};

export function wordsFor({code, says, remedy}: Refusal): {says: string; remedy: string} {
  const known = KNOWN[code];
  return known ? {says: known[0], remedy: known[1]} : {says: says || KNOWN['ANSWER_UNREADABLE']![0], remedy};
}

/** Mattermost speaks of a link that this page never showed. */
export function isTokenOver({code}: Refusal): boolean {
  return /reset_password\.(invalid_link|link_expired|broken_token|token)/.test(code);
}

export function asksForFactor({code}: Refusal): boolean {
  return code.includes('mfa');
}

/** Mattermost says the same for a wrong password and for sign-in by username being off; the password is right here. */
export function isUsernameRefused({code}: Refusal): boolean {
  return code.includes('invalid_credentials');
}

export const FACTOR_NOTE: Record<Claimed['mfa'], string> = {
  off: '',
  offered: 'If you have set up a second factor on this server, have it ready.',
  required:
    'This server asks everybody for a second factor. Have it ready; if you have none yet, Mattermost helps you to set one up.',
};

export const SAYS = {
  show: 'Show',
  hide: 'Hide',
  met: 'done: ',
  notMet: 'missing: ',
  allMet: 'The password is ready.',
  wait: 'One moment…',
  passwordStep: 'The code is right. Choose a password.',
  factorStep: 'The password is set. Enter the second factor.',
  titleCode: 'Set a new password',
  titleFactor: 'One more step',
  titleDone: 'You are in.',
  titleHalf: 'Your password is set',
  done: 'Mattermost opens by itself.',
  open: 'Open Mattermost',
  byMail: 'Sign in with your email address and the new password.',
  notOpen:
    'Mattermost does not take passwords at sign-in right now, so you cannot get in yet. Tell your administrator. Once that is switched on again, this password works with your e-mail address; you need no other code.',
  refused: 'Signing in from here did not work: ',
  signIn: 'Go to the sign-in page',
  signInLater: 'The sign-in page, for later',
} as const;
