import {Failure} from '../../kernel/failure.ts';
import {resticFailure} from './failures.ts';
import {createIdentities} from './identities.ts';
import type {Copier, CopyLimits, RepositorySettings} from './port.ts';
import {askForSnapshots, create, inCommandLines} from './restic_basics.ts';
import {createResticCall, pastStaleLocks} from './restic_command.ts';

const COPIED = /(\d+) \/ (\d+) packs copied/;

type Ends = {from: RepositorySettings; to: RepositorySettings; limits: CopyLimits; location: string};

/** One restic opens both: the target as its own repository, the source beside it. */
export function createCopier(program: string, {from, to, limits, location}: Ends): Copier {
  const environment = {
    ...credentials(from, to),
    RESTIC_FROM_REPOSITORY: from.url,
    RESTIC_FROM_PASSWORD_FILE: from.passwordFile,
  };
  const call = createResticCall(program, {...to, environment});
  const source = createIdentities((signal) => askForSnapshots(createResticCall(program, from), signal));
  return {
    create: () => create(call, {location, options: {'copy-chunker-params': true}}),
    copy: async (snapshots, {signal, progress}) => {
      const ids = await Promise.all(snapshots.map((snapshot) => source.local(snapshot, signal)));
      for (const operands of inCommandLines(ids)) {
        const end = await pastStaleLocks(
          call,
          {
            command: ['copy'],
            options: {'limit-upload': limits.uploadKibPerSecond, 'limit-download': limits.downloadKibPerSecond},
            operands,
          },
          {
            ...(signal && {signal}),
            onLine: (line) => {
              const [, done, total] = COPIED.exec(line) ?? [];
              if (done !== undefined) {
                progress?.(Number(done), Number(total));
              }
            },
          },
        );
        if (end.exitCode !== 0) {
          throw resticFailure('copy', end);
        }
      }
    },
  };
}

/**
 * One process has one environment: a variable that both need must be the same for both.
 * @throws Failure COPY_CREDENTIALS_CONFLICT
 */
function credentials(from: RepositorySettings, to: RepositorySettings): Record<string, string> {
  const [conflict] = Object.entries(to.environment).filter(
    ([name, value]) => from.environment[name] !== undefined && from.environment[name] !== value,
  );
  if (conflict) {
    throw new Failure('COPY_CREDENTIALS_CONFLICT', `${conflict[0]} has one value for each of the two repositories.`);
  }
  return {...from.environment, ...to.environment};
}
