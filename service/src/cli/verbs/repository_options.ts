import type {Command} from 'commander';

/** For the verbs that work from a repository URL and its key alone. */
export function repositoryOptions(command: Command): Command {
  return command
    .option('--repository <url>', 'repository, when there is no configuration any more')
    .option('--password-file <file>', 'file (mode 0600) with the key of that repository')
    .option(
      '--scratch <directory>',
      'where the dump waits, when there is no configuration; removed at the end (default: below the temporary directory)',
    );
}
