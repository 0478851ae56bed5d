import {normaliseCode} from './code.ts';
import {rulesFor, type Rule} from './password_rules.ts';
import type {Claimed, Refusal, Requests} from './requests.ts';
import {asksForFactor, FACTOR_NOTE, isTokenOver, isUsernameRefused, SAYS, wordsFor} from './words.ts';

const STEPS = ['code-step', 'password-step', 'factor-step', 'done-step'] as const;
type Step = (typeof STEPS)[number];

const OPEN_AFTER_MS = 1500;

function get<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

/** Everything shown goes through here: words of others are text, never markup. */
function say(id: string, words: string): void {
  get(id).textContent = words;
}

function showStep(step: Step, title: string, focus: string): void {
  for (const other of STEPS) {
    get(other).hidden = other !== step;
  }
  say('title', title);
  document.title = title;
  get(focus).focus();
}

function showProblem(refusal: Refusal | null, field: string | null): void {
  const box = get('problem');
  box.textContent = '';
  box.hidden = refusal === null;
  for (const other of Array.from(document.querySelectorAll('input, textarea'))) {
    other.removeAttribute('aria-invalid');
  }
  if (!refusal) {
    return;
  }
  const {says, remedy} = wordsFor(refusal);
  for (const words of [says, remedy].filter(Boolean)) {
    box.appendChild(document.createElement('p')).textContent = words;
  }
  if (field) {
    get(field).setAttribute('aria-invalid', 'true');
    get(field).focus();
  }
}

function problem(code: string): Refusal {
  return {code, says: '', remedy: ''};
}

function showRules(rules: readonly Rule[]): void {
  const list = get('rules');
  list.textContent = '';
  for (const {says, isMet} of rules) {
    const item = list.appendChild(document.createElement('li'));
    item.className = isMet ? 'met' : '';
    const mark = item.appendChild(document.createElement('span'));
    mark.textContent = isMet ? '✓' : '○';
    mark.setAttribute('aria-hidden', 'true');
    const words = item.appendChild(document.createElement('span'));
    words.appendChild(document.createElement('span')).textContent = isMet ? SAYS.met : SAYS.notMet;
    words.firstElementChild!.className = 'unseen';
    words.append(says);
  }
}

/** One answer at a time; the button keeps its focus meanwhile. */
function onSubmit(step: Step, act: () => Promise<void>): void {
  const form = get<HTMLFormElement>(step);
  let isBusy = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isBusy) {
      return;
    }
    isBusy = true;
    const button = form.querySelector<HTMLElement>('[type=submit]')!;
    button.setAttribute('aria-disabled', 'true');
    say('status', SAYS.wait);
    void act().finally(() => {
      isBusy = false;
      button.removeAttribute('aria-disabled');
      if (get('status').textContent === SAYS.wait) {
        say('status', '');
      }
    });
  });
}

/** The reset token lives here, the password in its fields, and neither anywhere else. */
type Visit = {requests: Requests; claimed: Claimed | null; go(address: string): void};

function input(id: 'code' | 'username' | 'password' | 'again' | 'digits'): HTMLInputElement {
  return get<HTMLInputElement>(id);
}

function rulesOf({claimed}: Visit): Rule[] {
  return claimed ? rulesFor(claimed.password, input('password').value, input('again').value) : [];
}

function forget(visit: Visit): void {
  visit.claimed = null;
  for (const id of ['code', 'password', 'again', 'digits'] as const) {
    input(id).value = '';
  }
}

function showPasswords(isShown: boolean): void {
  for (const id of ['password', 'again'] as const) {
    input(id).type = isShown ? 'text' : 'password';
  }
  say('show', isShown ? SAYS.hide : SAYS.show);
  get('show').setAttribute('aria-pressed', String(isShown));
}

function startAgain(visit: Visit, why: Refusal | null): void {
  forget(visit);
  showPasswords(false);
  showStep('code-step', SAYS.titleCode, 'code');
  showProblem(why, why && 'code');
}

function end(visit: Visit, title: string, words: string, address: string, link: string): void {
  forget(visit);
  showProblem(null, null);
  say('done', words);
  say('onward', link);
  get<HTMLAnchorElement>('onward').href = address;
  get('done').className = title === SAYS.titleDone ? '' : 'half';
  showStep('done-step', title, 'title');
  say('status', `${title} ${words}`);
}

async function submitCode(visit: Visit): Promise<void> {
  const typed = normaliseCode(input('code').value);
  if (typed === '') {
    showProblem(problem('CODE_MISSING'), 'code');
    return;
  }
  const reply = await visit.requests.claim(typed);
  if (!reply.ok) {
    showProblem(reply.refusal, 'code');
    return;
  }
  const {username, mfa} = reply.value;
  visit.claimed = reply.value;
  input('code').value = '';
  input('username').value = username;
  showProblem(null, null);
  say('hello', `@${username}`);
  say('factor', FACTOR_NOTE[mfa] || '');
  get('factor').hidden = !FACTOR_NOTE[mfa];
  showRules(rulesOf(visit));
  showStep('password-step', SAYS.titleCode, 'password');
  say('status', SAYS.passwordStep);
}

async function submitPassword(visit: Visit): Promise<void> {
  const password = input('password').value;
  if (!visit.claimed || rulesOf(visit).some(({isMet}) => !isMet)) {
    showProblem(problem('RULES_NOT_MET'), password && password !== input('again').value ? 'again' : 'password');
    return;
  }
  const reply = await visit.requests.setPassword(visit.claimed.token, password);
  if (reply.ok) {
    await logIn(visit, visit.claimed.username, password, '');
  } else if (isTokenOver(reply.refusal)) {
    startAgain(visit, problem('LINK_OVER'));
  } else {
    showProblem(reply.refusal, 'password');
  }
}

async function submitFactor(visit: Visit): Promise<void> {
  const typed = input('digits').value.replace(/\D/g, '');
  input('digits').value = '';
  if (typed === '' || !visit.claimed) {
    showProblem(problem('DIGITS_MISSING'), 'digits');
    return;
  }
  await logIn(visit, visit.claimed.username, input('password').value, typed);
}

async function logIn(visit: Visit, username: string, password: string, factor: string): Promise<void> {
  const {site} = visit.requests;
  const reply = await visit.requests.logIn(username, password, factor);
  if (reply.ok) {
    end(visit, SAYS.titleDone, SAYS.done, `${site}/`, SAYS.open);
    setTimeout(() => visit.go(`${site}/`), OPEN_AFTER_MS);
  } else if (asksForFactor(reply.refusal)) {
    showStep('factor-step', SAYS.titleFactor, 'digits');
    showProblem(factor ? problem('DIGITS_WRONG') : null, 'digits');
    say('status', factor ? '' : SAYS.factorStep);
  } else if (factor && reply.refusal.code === 'NO_ANSWER') {
    showProblem(reply.refusal, 'digits');
  } else {
    const isShut = visit.claimed?.sign_in_open === false;
    const next = isShut ? SAYS.notOpen : SAYS.byMail;
    const words = isUsernameRefused(reply.refusal) ? next : `${SAYS.refused}${wordsFor(reply.refusal).says} ${next}`;
    end(visit, SAYS.titleHalf, words, `${site}/login`, isShut ? SAYS.signInLater : SAYS.signIn);
  }
}

/** `go` opens another page. */
export function startPage(requests: Requests, go: (address: string) => void): void {
  const visit: Visit = {requests, claimed: null, go};
  onSubmit('code-step', () => submitCode(visit));
  onSubmit('password-step', () => submitPassword(visit));
  onSubmit('factor-step', () => submitFactor(visit));
  // A code of 32 signs needs two rows on a phone, to be compared with the paper; Return goes on all the same.
  get('code').addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      get('code-step').querySelector<HTMLElement>('[type=submit]')!.click();
    }
  });
  get('code').addEventListener('input', () => showProblem(null, null));
  for (const id of ['password', 'again'] as const) {
    input(id).addEventListener('input', () => {
      const rules = rulesOf(visit);
      showRules(rules);
      say('status', rules.every(({isMet}) => isMet) ? SAYS.allMet : '');
    });
  }
  get('show').addEventListener('click', () => showPasswords(input('password').type === 'password'));
  say('where', location.host);
  startAgain(visit, null);
}
