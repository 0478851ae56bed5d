import {z} from 'zod';
import {placeOf, RepositoryLocation} from './repository_location.ts';

const absolutePath = z.string().startsWith('/', 'must be an absolute path');

/** What the one repository of a configuration with `repository` is called, where several have names. */
export const ONLY_NAME = 'main';

const REPOSITORY_FIELDS = {
  url: RepositoryLocation.describe(
    'Where the sets go: a path, or any location that restic understands (s3:…, sftp:…, rest:…). No host and no remote in it may begin with a hyphen; rclone:… is taken from here only, never from an option.',
  ),
  password_file: absolutePath.describe('File (mode 0600) with the key of the repository.'),
  environment: z
    .record(z.string(), z.string())
    .default({})
    .describe('Credentials for the repository, e.g. AWS_ACCESS_KEY_ID. Secret.'),
};

/** Instead of a list: one that nobody had to name. */
export const OnlyRepository = z
  .object({
    ...REPOSITORY_FIELDS,
    url: RepositoryLocation.describe(
      `Short for \`repositories\` with a single entry, which is then called \`${ONLY_NAME}\`; give one form or the other. Where the sets go.`,
    ),
  })
  .strict();

export const RepositoryName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must begin with a lower-case letter and hold only those, digits, - and _');

export const NamedRepository = z
  .object({
    name: RepositoryName.describe(
      'What it is called in `--from`, lists, findings and metrics. The first of the list is in use: backups go there, and the verdict is about it.',
    ),
    ...REPOSITORY_FIELDS,
  })
  .strict();
export type NamedRepository = z.infer<typeof NamedRepository>;

/** One at least; the first is in use: backups go there. */
export type Repositories = readonly [NamedRepository, ...NamedRepository[]];

type Written = {
  repository?: Omit<NamedRepository, 'name'> | undefined;
  repositories?: readonly NamedRepository[] | undefined;
};
type Problem = {path: (string | number)[]; message: string};

/** What is wrong with them taken together. */
export function repositoryProblems({repository, repositories}: Written): Problem[] {
  if (repository && repositories) {
    return [{path: ['repository'], message: '`repositories` is there too; keep one of the two'}];
  }
  if (!repository && !repositories) {
    return [{path: ['repositories'], message: 'is needed: where the sets go'}];
  }
  return (repositories ?? []).flatMap((entry, index, all) => {
    const before = all.slice(0, index);
    const twin = before.find(({url}) => placeOf(url) === placeOf(entry.url));
    return [
      ...(before.some(({name}) => name === entry.name)
        ? [{path: ['repositories', index, 'name'], message: `another repository is called ${entry.name}`}]
        : []),
      ...(twin
        ? [{path: ['repositories', index, 'url'], message: `is where ${twin.name} is; a copy there is lost with it`}]
        : []),
    ];
  });
}

/** The one form behind the two that can be written. */
export function repositoriesOf({repository, repositories = []}: Written): Repositories {
  const [first, ...others] = repository ? [{name: ONLY_NAME, ...repository}] : repositories;
  if (!first) {
    throw new Error('repositoryProblems() lets no configuration without a repository through');
  }
  return [first, ...others];
}
