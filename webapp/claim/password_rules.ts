export type PasswordRules = {
  minimum_length: number;
  lowercase: boolean;
  uppercase: boolean;
  number: boolean;
  symbol: boolean;
};

export type Rule = {says: string; isMet: boolean};

/** Mattermost cuts no password off: it refuses what is longer than bcrypt could take. */
const MAXIMUM_BYTES = 72;

/** The characters that Mattermost counts as symbols. */
const SYMBOL = /[ !"\\#$%&'()*+,\-./:;<=>?@[\]^_`|~]/;

/** What is asked of the password, and what of it is met. Mattermost has the last word. */
export function rulesFor(
  {minimum_length: minimum, lowercase, uppercase, number, symbol}: PasswordRules,
  password: string,
  again: string,
): Rule[] {
  const rules: Rule[] = [{says: `At least ${minimum} characters`, isMet: [...password].length >= minimum}];
  const asked: [boolean, string, RegExp][] = [
    [lowercase, 'A small letter', /[a-z]/],
    [uppercase, 'A capital letter', /[A-Z]/],
    [number, 'A digit', /[0-9]/],
    [symbol, 'A symbol, such as ! or ?', SYMBOL],
  ];
  for (const [isAsked, says, pattern] of asked) {
    if (isAsked) {
      rules.push({says, isMet: pattern.test(password)});
    }
  }
  if (new Blob([password]).size > MAXIMUM_BYTES) {
    rules.push({says: `Not longer than ${MAXIMUM_BYTES} characters`, isMet: false});
  }
  rules.push({says: 'Twice the same', isMet: password !== '' && password === again});
  return rules;
}
