import {chatUsage, VERBS, type ChatVerb} from '@disaster-recovery/contract';
import type {Sso} from '../sso/index.ts';
import {read, write, type Answers} from './answer.ts';
import {announce, reply, type AnswerParts} from './answer_in_time.ts';
import type {Mode} from './commands.ts';
import {code} from '../words/markdown.ts';
import {
  codeAnswer,
  forecastAnswer,
  incidentAnswer,
  lockedOutAnswer,
  readinessAnswer,
  resolvedAnswer,
  returnListAnswer,
  setAgainAnswer,
  snapshotAnswer,
  ssoStatusAnswer,
  switchBackPlanAnswer,
  switchPlanAnswer,
} from './render_sso.ts';

export type SsoAnswerParts = AnswerParts & {sso: Omit<Sso, 'watch'>};

/** Longer commands, with many people in them, are not repeated. */
const REPEATED_LIMIT = 300;

/** What is answered to each verb of an outage. */
export function ssoAnswers(parts: SsoAnswerParts): Answers<Extract<ChatVerb, `sso ${string}`>> {
  const {sso} = parts;
  return {
    'sso status': () => read(parts, sso.status(), ssoStatusAnswer),
    'sso readiness': () => read(parts, sso.readiness(), readinessAnswer),
    'sso forecast': () => read(parts, sso.forecast(), forecastAnswer),
    'sso locked-out': () => read(parts, sso.lockedOut(), lockedOutAnswer),
    'sso return-list': () => read(parts, sso.returnList(), returnListAnswer),
    'sso snapshot': ({by}) => write(parts, sso.snapshot(by), snapshotAnswer),
    'sso declare': ({request, by}) => write(parts, sso.declare(request, by), incidentAnswer),
    'sso set-again': ({by}) => write(parts, sso.setAgain(by), setAgainAnswer),
    'sso close': ({by}) => write(parts, sso.close(by), incidentAnswer),
    'sso let-in': ({request, by}) => write(parts, sso.letIn(request, by), codeAnswer),
    'sso admin-access': ({request, by}) => write(parts, sso.administratorCode(request, by), codeAnswer),
    'sso resolve': ({request, by}) => write(parts, sso.resolve(request, by), resolvedAnswer),
    'sso extend-sessions': ({request, by}) =>
      announce(parts, sso.extend(request, by), {
        origin: by.origin,
        says: 'Extension of sessions started. The post below shows how it goes.',
      }),
    'sso switch': ({request, mode, by, typed}) =>
      mode === 'run'
        ? announce(parts, sso.startSwitch(request, by), {
            origin: by.origin,
            says: 'Switch to email and password started. The post below shows how it goes.',
          })
        : read(parts, sso.planSwitch(request, by), (plan) => switchPlanAnswer(plan, again(mode, typed))),
    'sso switch-back': ({request, mode, by, typed}) =>
      mode === 'run'
        ? announce(parts, sso.startSwitchBack(request, by), {
            origin: by.origin,
            says: 'Switch back started. The post below shows how it goes, and when the first person has to sign in.',
          })
        : read(parts, sso.planSwitchBack(request, by), (plan) => switchBackPlanAnswer(plan, again(mode, typed))),
    'sso claim-sheet': () =>
      reply(
        `Codes for many are printed on a shell: ${code(chatUsage('sso claim-sheet', VERBS['sso claim-sheet']))}. For one person: ${code(chatUsage('sso let-in', VERBS['sso let-in']))}.`,
      ),
  };
}

/** The command that carries the plan out; null when only the plan was asked for. */
function again(mode: Mode, typed: string): string | null {
  if (mode === 'dry_run') {
    return null;
  }
  const words = typed.trim().replace(/^\/dr\b\s*/, '');
  return words.length > REPEATED_LIMIT ? '/dr sso … --yes' : `/dr ${words} --yes`;
}
