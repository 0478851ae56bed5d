import {z} from 'zod';
import {PlainName} from '@disaster-recovery/contract';
import {Keep} from './keep.ts';
import {placeOf, RepositoryLocation} from './repository_location.ts';

const absolutePath = z.string().startsWith('/', 'must be an absolute path');

/** What `repository`, the one in use, is called where several have names. */
export const NAME_IN_USE = 'main';

const environment = z
  .record(z.string(), z.string())
  .default({})
  .describe('Credentials for the repository, e.g. AWS_ACCESS_KEY_ID. Secret.');

const appendOnly = z
  .boolean()
  .default(false)
  .describe(
    'Says that nothing can be deleted there from here, so that whoever takes this machine over cannot either. It is asked every day, and an alarm when it deletes. Its sets are removed with another credential, elsewhere.',
  );

/** The one in use. */
export const RepositoryInUse = z
  .object({
    url: RepositoryLocation.describe(
      `Where the sets go: a path, or any location that restic understands (s3:…, sftp:…, rest:…). No host and no remote in it may begin with a hyphen; rclone:… is taken from here only, never from an option. In \`--from\`, lists, findings and metrics it is called \`${NAME_IN_USE}\`.`,
    ),
    password_file: absolutePath.describe('File (mode 0600) with the key of the repository.'),
    environment,
    append_only: appendOnly,
  })
  .strict();

const WINDOW = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;
const rate = (says: string) =>
  z.number().int().min(1).max(10_000_000).optional().describe(`${says} In KiB a second. Default: no limit.`);

/** Another one, in which sets lie that were copied there. */
export const Copy = z
  .object({
    name: PlainName.describe('What it is called in `--from`, lists, findings and metrics.'),
    url: RepositoryLocation.describe(
      'Another repository, for copies of the sets, written as `repository.url` is. Backups do not go there, and the verdict is not about it.',
    ),
    password_file: absolutePath
      .optional()
      .describe('File (mode 0600) with its key. Left out: that of `repository`, and one lost key is then both.'),
    environment,
    append_only: appendOnly,
    rpo_hours: z
      .number()
      .positive()
      .optional()
      .describe('Its newest good set may be so old; older is an alarm. Default: twice `objectives.rpo_hours`.'),
    upload_kib_per_second: rate('Sent there at most so fast.'),
    download_kib_per_second: rate('Read from the repository in use, for the copy, at most so fast.'),
    window: z
      .string()
      .regex(WINDOW, 'must be like 22:00-06:00')
      .optional()
      .describe(
        'Copies are made there at these times only, by the clock of this machine: `22:00-06:00`. Default: always.',
      ),
    keep: Keep.optional(),
  })
  .strict();

/** A repository as everything behind the settings knows it. */
export type NamedRepository = z.infer<typeof RepositoryInUse> & {name: string; keep?: Keep | undefined} & CopyTerms;

/** What only a copy has. */
type CopyTerms = Pick<
  z.infer<typeof Copy>,
  'rpo_hours' | 'upload_kib_per_second' | 'download_kib_per_second' | 'window'
>;

/** One at least; the first is in use: backups go there. */
export type Repositories = readonly [NamedRepository, ...NamedRepository[]];

type Written = {
  repository: z.infer<typeof RepositoryInUse>;
  copies: readonly z.infer<typeof Copy>[];
  /** Of the one in use. */
  keep?: Keep | undefined;
};
type Problem = {path: (string | number)[]; message: string};

const NOTHING_GOES = 'removes sets, and append_only says that nothing can be removed there from here';

/** What is wrong with them taken together. */
export function repositoryProblems(written: Written): Problem[] {
  const all = repositoriesOf(written);
  const kept: Problem[] =
    written.repository.append_only && written.keep ? [{path: ['keep'], message: NOTHING_GOES}] : [];
  return kept.concat(
    written.copies.flatMap((copy, index) => {
      const before = all.slice(0, index + 1);
      const twin = before.find(({url}) => placeOf(url) === placeOf(copy.url));
      return [
        ...(before.some(({name}) => name === copy.name)
          ? [{path: ['copies', index, 'name'], message: `another repository is called ${copy.name}`}]
          : []),
        ...(twin
          ? [{path: ['copies', index, 'url'], message: `is where ${twin.name} is; a copy there is lost with it`}]
          : []),
        ...(copy.append_only && copy.keep ? [{path: ['copies', index, 'keep'], message: NOTHING_GOES}] : []),
      ];
    }),
  );
}

/** As one list: nothing behind the settings knows of two sections. */
export function repositoriesOf({repository, copies, keep}: Written): Repositories {
  const {password_file: key} = repository;
  return [
    {name: NAME_IN_USE, ...repository, ...(keep && {keep})},
    ...copies.map((copy) => ({...copy, password_file: copy.password_file ?? key})),
  ];
}

/** The list as it is written in a file; each copy with its key. */
export function writtenForm([{name: _inUse, keep, ...repository}, ...copies]: Repositories): {
  repository: Omit<NamedRepository, 'name' | 'keep'>;
  copies: NamedRepository[];
  keep?: Keep;
} {
  return {repository, copies, ...(keep && {keep})};
}
