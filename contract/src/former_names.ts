import type {z} from 'zod';
import {WaitingFor} from './job.ts';
import {SkippedPerson, SwitchedPerson} from './sso.ts';
import {Gate, ReturnConflict, ReturnedPerson} from './sso_return.ts';
import {SettingLeft, SettingsDrift} from './sso_settings.ts';
import {ProbeResult, ProviderState, ReadinessCheck, Suspicion} from './sso_watch.ts';
import {DoctorCheck, NextAction, RepositoryState, Status} from './status.ts';
import {SetManifest, UnreadableSet} from './set.ts';
import {VerifyFinding} from './verify.ts';

/** A shape, the fields that it may have, those that it always has, and by former name the present one. */
type Renamed = {
  of: z.ZodObject;
  fields: ReadonlySet<string>;
  always: readonly string[];
  names: Readonly<Record<string, string>>;
};

/**
 * Fields of answers that had another name in a release before. Programs that read answers find both names, and openapi.json calls
 * the former one deprecated; what is ours reads the present one only.
 */
export const RENAMED: readonly Renamed[] = [
  renamed(Status, {enrolment: 'enrollment'}),
  renamed(NextAction, {says: 'message', how: 'remedy'}),
  renamed(VerifyFinding, {what: 'message'}),
  renamed(DoctorCheck, {says: 'message'}),
  renamed(ReadinessCheck, {says: 'message'}),
  renamed(RepositoryState, {says: 'message'}),
  renamed(SetManifest, {lsn: 'position'}),
  renamed(UnreadableSet, {says: 'message'}),
  renamed(WaitingFor, {says: 'message'}),
  renamed(ProbeResult, {says: 'message'}),
  renamed(ProviderState, {says: 'message'}),
  renamed(Suspicion, {says: 'message'}),
  renamed(Gate, {says: 'message'}),
  renamed(SettingsDrift, {says: 'message'}),
  renamed(SettingLeft, {says: 'message'}),
  renamed(ReturnConflict, {says: 'message'}),
  renamed(SwitchedPerson, {says: 'message'}),
  renamed(ReturnedPerson, {says: 'message'}),
  renamed(SkippedPerson, {says: 'message'}),
];

/** An answer as it goes out: with the former names beside the present ones. */
export function withFormerNames(answer: unknown): unknown {
  return eachObject(answer, (found) =>
    RENAMED.filter((shape) => isOf(shape, found)).flatMap(({names}) => Object.entries(names)),
  );
}

/** What an older release has stored or sent, with the present names. */
export function withPresentNames(stored: unknown): unknown {
  return eachObject(stored, (found) =>
    RENAMED.flatMap((shape) => {
      const pairs = Object.entries(shape.names).filter(([former, present]) => former in found && !(present in found));
      const asNow = [...Object.keys(found), ...pairs.map(([, present]) => present)];
      return pairs.length > 0 && isOf(shape, Object.fromEntries(asNow.map((name) => [name, true])))
        ? pairs.map(([former, present]): [string, string] => [present, former])
        : [];
    }),
  );
}

function renamed<Shape extends z.core.$ZodLooseShape>(
  of: z.ZodObject<Shape>,
  names: Readonly<Record<string, keyof Shape & string>>,
): Renamed {
  const fields: Record<string, z.ZodType> = {...(of.shape as object)};
  return {
    of,
    names,
    fields: new Set([...Object.keys(fields), ...Object.keys(names)]),
    always: Object.keys(fields).filter((name) => fields[name]?.safeParse(undefined).success === false),
  };
}

/** A shape is known by its fields: all that it always has, and no other than its own. */
function isOf({fields, always}: Renamed, found: object): boolean {
  return always.every((name) => name in found) && Object.keys(found).every((name) => fields.has(name));
}

/** A copy in which each object has more fields: `more` gives their names, each with the name of the field that it equals. */
function eachObject(value: unknown, more: (found: object) => readonly [name: string, sameAs: string][]): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => eachObject(item, more));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    copy[name] = eachObject(field, more);
  }
  for (const [name, sameAs] of more(value)) {
    copy[name] ??= copy[sameAs];
  }
  return copy;
}
