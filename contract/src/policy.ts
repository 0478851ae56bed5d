import {z} from 'zod';

/**
 * Who may change a section of the configuration. `anywhere`: also a system administrator of Mattermost. `host`: only who can write the file on the
 * companion's machine, because the section names programs, places or keys, or says what needs a second administrator.
 */
export const POLICY_SECTIONS = {
  repository: 'host',
  copies: 'host',
  schedules: 'anywhere',
  // Whoever takes over an administrator's account must not be able to thin the sets out.
  keep: 'host',
  objectives: 'anywhere',
  notify: 'host',
  restore: 'host',
  sso: 'host',
} as const satisfies Record<string, 'anywhere' | 'host'>;

export type PolicySectionName = keyof typeof POLICY_SECTIONS;
const SECTION_NAMES = Object.keys(POLICY_SECTIONS) as PolicySectionName[];
/** Sections that can be changed in Mattermost. */
export const SECTIONS_FROM_ANYWHERE = SECTION_NAMES.filter((name) => POLICY_SECTIONS[name] === 'anywhere');

const Sections = z.partialRecord(z.enum(SECTION_NAMES), z.unknown());

export const PolicyProblem = z.object({message: z.string(), remedy: z.string()}).meta({id: 'PolicyProblem'});
export type PolicyProblem = z.infer<typeof PolicyProblem>;

export const Policy = z
  .object({
    file: z.string(),
    revision: z.string().describe('Of the file as it is now; a change names the one that it was made on.'),
    written: Sections.describe('What stands in the file, passwords and credentials replaced by `***`.'),
    in_effect: Sections.describe('What the companion goes by, defaults included.'),
    from_anywhere: z.array(z.enum(SECTION_NAMES)).describe('Sections that can be changed in Mattermost.'),
    not_writable: PolicyProblem.nullable().describe('Why the file cannot be changed by the companion.'),
    not_in_effect: PolicyProblem.nullable().describe(
      'Why what is written does not count: the file has a fault, or a setting needs a restart.',
    ),
  })
  .meta({id: 'Policy'});
export type Policy = z.infer<typeof Policy>;

export const PolicyUpdate = z
  .object({
    revision: z.string().describe('That the change was made on.'),
    policy: Sections.describe(
      'As `written`: sections that are named become what is given, null takes one out; others stay. What is as it was does not count as changed.',
    ),
  })
  .strict()
  .meta({id: 'PolicyUpdate'});
export type PolicyUpdate = z.infer<typeof PolicyUpdate>;

export const PolicyAssignment = z
  .object({
    assignment: z
      .string()
      .max(10_000)
      .regex(/^[a-z_]+(\.[A-Za-z0-9_-]+)*=/, 'must be SETTING=VALUE')
      .describe('`objectives.rpo_hours=12`; entries of a list by their names: `schedules.nightly.cron=30 2 * * *`.'),
  })
  .strict()
  .meta({id: 'PolicyAssignment'});
export type PolicyAssignment = z.infer<typeof PolicyAssignment>;

export const PolicyChange = z
  .object({
    setting: z.string(),
    from: z.unknown().describe('Null: it was not there.'),
    to: z.unknown().describe('Null: it is no longer there.'),
  })
  .meta({id: 'PolicyChange'});
export type PolicyChange = z.infer<typeof PolicyChange>;

export const PolicyChanged = z
  .object({revision: z.string(), changes: z.array(PolicyChange)})
  .meta({id: 'PolicyChanged'});
export type PolicyChanged = z.infer<typeof PolicyChanged>;
