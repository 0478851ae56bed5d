import {isDeepStrictEqual} from 'node:util';
import {parse} from 'yaml';
import {
  POLICY_SECTIONS,
  SECTIONS_FROM_ANYWHERE,
  type Actor,
  type Policy as ShownPolicy,
  type PolicyAssignment,
  type PolicyChange,
  type PolicyChanged,
  type PolicyProblem,
  type PolicySectionName,
  type PolicyUpdate,
} from '@disaster-recovery/contract';
import {asFailure, Failure} from '../kernel/failure.ts';
import type {State} from '../kernel/state.ts';
import type {Ledger} from '../ledger/index.ts';
import type {Assignment, PolicyFile} from './file.ts';

/** What stands for a secret that is not shown. */
const MASK = '***';

export type PolicyParts<Config> = {
  file: PolicyFile<Config>;
  state: Pick<State, 'transact'>;
  ledger: Ledger;
  /** What the companion goes by now. */
  inEffect(): {revision: string; shown: Readonly<Record<string, unknown>>; needsRestart: readonly string[]};
};

export type Policy = {
  /** @throws Failure CONFIG_* when there is no file that may be read */
  show(): Promise<ShownPolicy>;
  /** Why what is written does not count; null when it does. */
  problem(): Promise<PolicyProblem | null>;
  /** @throws Failure POLICY_*, CONFIG_* */
  assign(request: PolicyAssignment, actor: Actor): Promise<PolicyChanged>;
  /** @throws Failure POLICY_*, CONFIG_* */
  update(request: PolicyUpdate, actor: Actor): Promise<PolicyChanged>;
  /** The whole text, for who writes on the machine itself. @throws Failure POLICY_*, CONFIG_* */
  replace(text: string, expected: string, actor: Actor): Promise<PolicyChanged>;
};

/** The settings that an administrator decides on, in the file where they stand. */
export function createPolicy<Config>(parts: PolicyParts<Config>): Policy {
  const {file} = parts;
  return {
    show: async () => {
      const {text, revision} = await file.read();
      const obstacle = await file.obstacle();
      return {
        file: file.path,
        revision,
        written: sectionsOf(writtenIn(file, text)),
        in_effect: sectionsOf(parts.inEffect().shown),
        from_anywhere: SECTIONS_FROM_ANYWHERE,
        not_writable: obstacle && {message: obstacle.message, remedy: obstacle.remedy},
        not_in_effect: await problemOf(parts, {text, revision}),
      };
    },
    problem: async () => {
      try {
        return await problemOf(parts, await file.read());
      } catch (error) {
        return told(parts, asFailure(error));
      }
    },
    assign: async ({assignment}, actor) => {
      const {text, revision} = await file.read();
      return save(parts, {text, revision, changed: assigned(file, text, [read(assignment)]), actor});
    },
    update: async ({revision, policy}, actor) => {
      const found = await file.read();
      if (found.revision !== revision) {
        throw new Failure('POLICY_CHANGED', `${file.path} was changed since you looked at it.`);
      }
      const before = file.written(found.text);
      const wanted = Object.entries(policy).flatMap(([section, value]) =>
        file.differences(before[section], value ?? undefined, [section]),
      );
      return save(parts, {...found, changed: assigned(file, found.text, wanted), actor});
    },
    replace: async (text, expected, actor) => {
      const found = await file.read();
      return save(parts, {text: found.text, revision: expected, changed: text, actor});
    },
  };
}

/** The text of before when nothing becomes another value: to write it anew could spell it otherwise. */
function assigned<Config>(file: PolicyFile<Config>, text: string, wanted: readonly Assignment[]): string {
  const changed = file.withAssignments(text, wanted.map(checked));
  return isDeepStrictEqual(file.values(changed), file.values(text)) ? text : changed;
}

/** What the settings become, by the words `objectives.rpo_hours=12`. */
function read(assignment: string): Assignment {
  const at = assignment.indexOf('=');
  const path = assignment.slice(0, at).split('.');
  const text = assignment.slice(at + 1).trim();
  return {path, value: text === '' ? undefined : valueOf(text)};
}

/** A number, a list, true: as the file would have it. `*\/5 * * * *` and other text that YAML reads otherwise, or not at all, is text. */
function valueOf(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}

/** @throws Failure POLICY_INVALID */
function checked(assignment: Assignment): Assignment {
  if (JSON.stringify(assignment.value ?? null).includes(MASK)) {
    const setting = assignment.path.join('.');
    throw new Failure('POLICY_INVALID', `${setting}: ${MASK} stands for what is not shown; it is no value.`);
  }
  return assignment;
}

type Change = {text: string; revision: string; changed: string; actor: Actor};

/** Judged as a whole, then written and entered in the ledger together. */
async function save<Config>(parts: PolicyParts<Config>, change: Change): Promise<PolicyChanged> {
  const {file, state, ledger} = parts;
  const {text, revision, changed, actor} = change;
  if (changed === text) {
    return {revision, changes: []};
  }
  const changes = readable(() => changesBetween(file, text, changed));
  // First who and what: the validation looks at places of this machine.
  for (const {setting} of changes) {
    const path = setting.split('.');
    requireFromHere(path, actor);
    requireNotOfEnvironment(file, path);
  }
  await validate(file, changed);
  const staged = await file.stage(changed);
  try {
    state.transact(() => {
      staged.commit(revision);
      ledger.append('policy.changed', actor, {from: revision, revision: staged.revision, changes});
    });
  } finally {
    await staged.discard();
  }
  return {revision: staged.revision, changes};
}

/** @throws Failure POLICY_INVALID */
function readable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw asPolicyInvalid(error);
  }
}

/** @throws Failure POLICY_INVALID with all problems */
async function validate<Config>(file: PolicyFile<Config>, text: string): Promise<void> {
  try {
    await file.parse(text);
  } catch (error) {
    throw asPolicyInvalid(error);
  }
}

/** Here it is what was asked for that has the fault, not the file. */
function asPolicyInvalid(error: unknown): Failure {
  const failure = asFailure(error);
  const {code, message, details} = failure;
  return code === 'CONFIG_INVALID'
    ? new Failure('POLICY_INVALID', message, {cause: error, ...(details && {details})})
    : failure;
}

type Comparing = Pick<PolicyFile<unknown>, 'values' | 'written' | 'differences'>;

/** A secret that became another one is told by its name alone. */
export function changesBetween(file: Comparing, before: string, after: string): PolicyChange[] {
  const [from, to] = [file.written(before), file.written(after)];
  return file
    .differences(file.values(before), file.values(after))
    .map(({path}) => ({setting: path.join('.'), from: valueAt(from, path) ?? null, to: valueAt(to, path) ?? null}));
}

function valueAt(settings: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) {
      return at.find((entry: unknown) => (entry as {name?: unknown} | null)?.name === key) as unknown;
    }
    return at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[key] : undefined;
  }, settings);
}

/** Whoever types on the machine could write the file as well. @throws Failure POLICY_ONLY_ON_HOST */
function requireFromHere(path: readonly string[], actor: Actor): void {
  const [section = ''] = path;
  const isFromAnywhere = (SECTIONS_FROM_ANYWHERE as readonly string[]).includes(section);
  if (actor.kind !== 'cli' && !isFromAnywhere) {
    throw new Failure('POLICY_ONLY_ON_HOST', `${path.join('.')} can only be changed on the companion's machine.`);
  }
}

/** @throws Failure POLICY_SET_BY_ENVIRONMENT */
function requireNotOfEnvironment(file: Pick<PolicyFile<unknown>, 'setByEnvironment'>, path: readonly string[]): void {
  const variable = file.setByEnvironment(path);
  if (variable !== null) {
    throw new Failure('POLICY_SET_BY_ENVIRONMENT', `${path.join('.')} is set by ${variable}.`);
  }
}

async function problemOf<Config>(
  parts: PolicyParts<Config>,
  {text, revision}: {text: string; revision: string},
): Promise<PolicyProblem | null> {
  const {file, inEffect} = parts;
  const {revision: taken, needsRestart} = inEffect();
  if (revision !== taken) {
    try {
      await file.parse(text);
    } catch (error) {
      return told(parts, asFailure(error));
    }
  }
  return needsRestart.length === 0
    ? null
    : {
        message: `${needsRestart.join(', ')}: changed in ${file.path}, and taken up only at the start of the companion.`,
        remedy: 'Restart `drctl serve` when nothing runs: `systemctl restart drctl`.',
      };
}

function told({file}: PolicyParts<unknown>, {message, remedy}: Failure): PolicyProblem {
  return {message: `${file.path} is not taken up; the companion goes on with what it had. ${message}`, remedy};
}

/** Nothing of a text that is not YAML. */
function writtenIn<Config>(file: PolicyFile<Config>, text: string): Record<string, unknown> {
  try {
    return file.written(text);
  } catch {
    return {};
  }
}

/** Those that are policy, in their order. */
function sectionsOf(settings: Readonly<Record<string, unknown>>): Partial<Record<PolicySectionName, unknown>> {
  return Object.fromEntries(
    Object.keys(POLICY_SECTIONS).flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  );
}
