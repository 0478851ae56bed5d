import {z} from 'zod';

/** The last instant of the calendar of JavaScript (ECMA-262, "Time Values"); beyond it a number is no date. */
const LAST_INSTANT = 8_640_000_000_000_000;

/** Milliseconds since 1970 UTC, as everywhere in Mattermost. */
export const Timestamp = z.number().int().nonnegative().max(LAST_INSTANT);

/** A set's name: UTC second of its start and six random characters, so that names sort by time. */
export const SetId = z
  .string()
  .regex(/^\d{8}T\d{6}Z-[a-z0-9]{6}$/)
  .meta({id: 'SetId'});
export type SetId = z.infer<typeof SetId>;

/** The three things that together are a Mattermost server. */
export const Part = z.enum(['database', 'config', 'files']).meta({id: 'Part'});
export type Part = z.infer<typeof Part>;
export const ALL_PARTS: readonly Part[] = ['database', 'config', 'files'];

/** Who asked. `mattermost` actors were vouched for by the bridge, `cli` actors are operating-system users. */
export const Actor = z
  .object({kind: z.enum(['mattermost', 'cli', 'system']), id: z.string(), name: z.string()})
  .meta({id: 'Actor'});
export type Actor = z.infer<typeof Actor>;

/** An absolute path inside a snapshot or on a machine: without `.` and `..`, which would lead elsewhere, and without NUL, which ends a text. */
export const AbsolutePath = z
  .string()
  .regex(/^(?![\s\S]*\/\.{1,2}(\/|$))\/[^\0]*$/, 'must be an absolute path without . and ..');

/** A path below some directory, under the same conditions. */
export const RelativePath = z
  .string()
  .regex(/^(?!\/|([\s\S]*\/)?\.{1,2}(\/|$))[^\0]+$/, 'must be a relative path without . and ..');

/** A sha256 in lower-case hexadecimal. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What a repository or a webhook is called: it stands in options, metrics and file names. */
export const PlainName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must begin with a lower-case letter and hold only those, digits, - and _');
