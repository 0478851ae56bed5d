import type {Actor, CommandReply} from '@disaster-recovery/contract';
import type {Origin} from '../jobs/index.ts';
import {Failure} from '../kernel/failure.ts';
import type {Sso} from '../sso/index.ts';
import {announce, logged, patiently, PATIENCE_MS, reply, type AnswerParts} from './answer_in_time.ts';
import {
  approvalAnswer,
  codeAnswer,
  forecastAnswer,
  incidentAnswer,
  lockedOutAnswer,
  readinessAnswer,
  resolvedAnswer,
  returnListAnswer,
  setAgainAnswer,
  snapshotAnswer,
  ssoHelpAnswer,
  ssoStatusAnswer,
  switchBackPlanAnswer,
  switchPlanAnswer,
} from './render_sso.ts';
import type {Mode, SsoCommand} from './sso_commands.ts';

export type SsoAnswerParts = AnswerParts & {sso: Omit<Sso, 'watch'>; requireWritable: () => void};
type By = {actor: Actor; origin: Origin};

/** The bridge refuses more than 16,000 characters. */
const ANSWER_LIMIT = 15_500;
/** Longer commands, with many people in them, are not repeated. */
const REPEATED_LIMIT = 300;

/** Carries a command out and answers it. `typed`: as it came after `/dr`. */
export async function carryOutSso(
  parts: SsoAnswerParts,
  command: SsoCommand,
  by: By,
  typed: string,
): Promise<CommandReply> {
  const answer = await answered(parts, command, by, typed);
  return answer.message.length <= ANSWER_LIMIT
    ? answer
    : {...answer, message: `${answer.message.slice(0, ANSWER_LIMIT)}\n…`};
}

type Change = Extract<
  SsoCommand,
  {verb: 'extend-sessions' | 'declare' | 'set-again' | 'close' | 'let-in' | 'admin-access' | 'approve' | 'resolve'}
>;
const CHANGES: readonly SsoCommand['verb'][] = [
  'extend-sessions',
  'declare',
  'set-again',
  'close',
  'let-in',
  'admin-access',
  'approve',
  'resolve',
] satisfies Change['verb'][];

function isChange(command: SsoCommand): command is Change {
  return CHANGES.includes(command.verb);
}

function answered(
  parts: SsoAnswerParts,
  command: SsoCommand,
  by: By,
  typed: string,
): Promise<CommandReply> | CommandReply {
  const {sso} = parts;
  if (isChange(command)) {
    parts.requireWritable();
    return changed(parts, command, by);
  }
  switch (command.verb) {
    case 'help':
      return reply(ssoHelpAnswer());
    case 'status':
      return read(parts, sso.status(), ssoStatusAnswer);
    case 'readiness':
      return read(parts, sso.readiness(), readinessAnswer);
    case 'forecast':
      return read(parts, sso.forecast(), forecastAnswer);
    case 'locked-out':
      return read(parts, sso.lockedOut(), lockedOutAnswer);
    case 'return-list':
      return read(parts, sso.returnList(), returnListAnswer);
    case 'snapshot':
      return write(parts, sso.snapshot(by), snapshotAnswer);
    case 'switch':
      return switchPeople(parts, command, by, typed);
    case 'switch-back':
      return switchBack(parts, command, by, typed);
    case 'claim-sheet':
      return reply(
        'Codes for many are printed on a shell: `drctl sso claim-sheet --identified-by "text" --out FILE.html`. For one person: `/dr sso let-in USER --identified-by "text"`.',
      );
  }
}

function changed(parts: SsoAnswerParts, command: Change, by: By): Promise<CommandReply> | CommandReply {
  const {sso} = parts;
  switch (command.verb) {
    case 'declare':
      return write(parts, sso.declare(command.request, by), incidentAnswer);
    case 'set-again':
      return write(parts, sso.setAgain(by), setAgainAnswer);
    case 'close':
      return write(parts, sso.close(by), incidentAnswer);
    case 'let-in':
      return write(parts, sso.letIn(command.request, by), codeAnswer);
    case 'admin-access':
      return write(parts, sso.administratorCode(command.request, by), codeAnswer);
    case 'approve':
      return reply(approvalAnswer(sso.approve(command.id, by)));
    case 'resolve':
      return write(parts, sso.resolve(command.request, by), resolvedAnswer);
    case 'extend-sessions':
      return announce(
        parts,
        sso.extend(command.request, by),
        by.origin,
        'Extension of sessions started. The post below shows how it goes.',
      );
  }
}

async function switchPeople(
  parts: SsoAnswerParts,
  {request, mode}: Extract<SsoCommand, {verb: 'switch'}>,
  by: By,
  typed: string,
): Promise<CommandReply> {
  if (mode !== 'run') {
    return read(parts, parts.sso.planSwitch(request, by), (plan) => switchPlanAnswer(plan, again(mode, typed)));
  }
  parts.requireWritable();
  return announce(
    parts,
    parts.sso.startSwitch(request, by),
    by.origin,
    'Switch to email and password started. The post below shows how it goes.',
  );
}

async function switchBack(
  parts: SsoAnswerParts,
  {request, mode}: Extract<SsoCommand, {verb: 'switch-back'}>,
  by: By,
  typed: string,
): Promise<CommandReply> {
  if (mode !== 'run') {
    return read(parts, parts.sso.planSwitchBack(request, by), (plan) => switchBackPlanAnswer(plan, again(mode, typed)));
  }
  parts.requireWritable();
  return announce(
    parts,
    parts.sso.startSwitchBack(request, by),
    by.origin,
    'Switch back started. The post below shows how it goes, and when the first person has to sign in.',
  );
}

/** The command that carries the plan out; null when only the plan was asked for. */
function again(mode: Mode, typed: string): string | null {
  if (mode === 'dry_run') {
    return null;
  }
  const words = typed.trim().replace(/^\/dr\b\s*/, '');
  return words.length > REPEATED_LIMIT ? '/dr sso … --yes' : `/dr ${words} --yes`;
}

/** @throws Failure DATABASE_UNREACHABLE when the answer would come after the bridge stopped waiting */
async function read<Value>(
  parts: SsoAnswerParts,
  value: Promise<Value>,
  render: (value: Value) => string,
): Promise<CommandReply> {
  const answer = await patiently(parts.clock, value);
  if (answer === 'late') {
    value.catch((error: unknown) => {
      logged(parts, error);
    });
    throw new Failure(
      'DATABASE_UNREACHABLE',
      `Mattermost's database has not answered within ${PATIENCE_MS / 1000} seconds. Try again in a moment.`,
    );
  }
  return reply(render(answer));
}

/** As `read`; but what changes something may come after the wait, so nobody is told that it failed. */
async function write<Value>(
  parts: SsoAnswerParts,
  value: Promise<Value>,
  render: (value: Value) => string,
): Promise<CommandReply> {
  const answer = await patiently(parts.clock, value);
  if (answer === 'late') {
    value.catch((error: unknown) => {
      logged(parts, error);
    });
    return reply(
      `⏳ It takes longer than ${PATIENCE_MS / 1000} seconds and may still be done. Look at \`/dr sso status\`, then say it again if it was not; a code that you did not see is replaced by the next one.`,
    );
  }
  return reply(render(answer));
}
