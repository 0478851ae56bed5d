import {once} from 'node:events';
import {createWriteStream} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {setTimeout as pause} from 'node:timers/promises';
import {execa} from 'execa';

export interface ServerCommand {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Output is appended here. */
  readonly logFile: string;
  /** Another account to run as; only root may ask for that. */
  readonly account?: {readonly uid: number; readonly gid: number} | undefined;
  /**
   * For a caller that ends its servers itself, even after a crash: told the process id at once. Ctrl-C does not reach
   * such a server, nor does it end with its parent.
   */
  readonly onDetached?: ((pid: number) => void) | undefined;
}

/** A server running as a child of the test. */
export interface ServerProcess {
  readonly pid: number;
  running(): boolean;
  /** Sends `signal` and waits for the end; after `seconds` it sends SIGKILL. */
  end(signal: NodeJS.Signals, seconds?: number): Promise<void>;
  /** The last lines of its log, for an error message. */
  lastWords(): Promise<string>;
}

/** Starts a server. Of the environment of the test it sees only the few names that any program needs. */
export async function startServerProcess(server: ServerCommand): Promise<ServerProcess> {
  const log = createWriteStream(server.logFile, {flags: 'a'});
  await once(log, 'open');
  const child = execa(server.command, server.arguments, {
    cwd: server.directory,
    env: {PATH: process.env['PATH'] ?? '', HOME: server.directory, TZ: 'UTC', LC_ALL: 'C', ...server.environment},
    extendEnv: false,
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    reject: false,
    // How long to be patient is decided below.
    forceKillAfterDelay: false,
    detached: server.onDetached !== undefined,
    ...server.account,
  });
  // The child has its own copy of the open file.
  log.destroy();

  let ended = false;
  const end = child.then((result) => {
    ended = true;
    return result;
  });
  if (child.pid === undefined) {
    throw new Error(`${server.command} did not start.`, {cause: await end});
  }
  server.onDetached?.(child.pid);

  return {
    pid: child.pid,
    running: () => !ended,
    end: async (signal, seconds = 20) => {
      child.kill(signal);
      const impatience = new AbortController();
      await Promise.race([
        end,
        pause(seconds * 1000, undefined, {signal: impatience.signal})
          .then(() => child.kill('SIGKILL'))
          .catch(() => false),
      ]);
      await end;
      impatience.abort();
    },
    lastWords: async () => (await readFile(server.logFile, 'utf8')).split('\n').slice(-15).join('\n'),
  };
}
