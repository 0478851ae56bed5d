import {systemClock, type Clock} from '../../kernel/clock.ts';
import {Failure} from '../../kernel/failure.ts';
import type {CommandLine} from '../../process/command_line.ts';
import {run} from '../../process/run.ts';
import {resticFailure, unanswered, type ResticEnd} from './failures.ts';
import {parseMessage, type Message} from './messages.ts';
import type {RepositorySettings} from './port.ts';

export type CallOptions = {
  signal?: AbortSignal;
  input?: string;
  onLine?: (line: string) => void;
  onMessage?: (message: Message) => void;
  cwd?: string;
};

export type ResticCall = (
  line: CommandLine & Required<Pick<CommandLine, 'command'>>,
  options?: CallOptions,
) => Promise<ResticEnd & {stdout: string; messages: Message[]}>;

/** Two status lines a second are enough for a live view. */
const PROGRESS_FPS = '2';
/** restic itself tries for fifteen minutes, without a word to whoever waits. */
const PATIENCE_SECONDS = 20;
/** What restic reads first: before that nothing was done that a longer break would spoil. */
const OPENING = /^\w+\(<config\/[^>]*>\) returned error, retrying after /;
const EXIT_LOCKED = 11;
/** Messages kept of one call; errors beyond this are counted by restic's summary. */
const KEEP_MESSAGES = 2000;

/**
 * Runs restic for one repository. Location, key and credentials travel in the environment.
 * A call throws REPOSITORY_UNREACHABLE when the repository still does not answer after 20 s.
 */
export function createResticCall(
  program: string,
  settings: RepositorySettings,
  clock: Pick<Clock, 'now'> = systemClock,
): ResticCall {
  const env = {
    ...awsEnvironment(),
    ...settings.environment,
    RESTIC_REPOSITORY: settings.url,
    RESTIC_PASSWORD_FILE: settings.passwordFile,
    RESTIC_PROGRESS_FPS: PROGRESS_FPS,
  };
  return async (line, options = {}) => {
    const messages: Message[] = [];
    let says: string | null = null;
    const giveUp = new AbortController();
    const startedAt = clock.now();
    const takeError = (line: string): void => {
      if (OPENING.test(line) && clock.now() - startedAt > PATIENCE_SECONDS * 1000) {
        giveUp.abort(unanswered(PATIENCE_SECONDS, line));
      }
      take(line);
    };
    const take = (line: string): void => {
      const message = parseMessage(line);
      if (message === null) {
        return;
      }
      if (message.message_type === 'exit_error') {
        says = message.message;
      }
      if (message.message_type !== 'status' && messages.length < KEEP_MESSAGES) {
        messages.push(message);
      }
      options.onMessage?.(message);
    };
    const streams = options.onLine !== undefined || options.onMessage !== undefined;
    const result = await run(program, line, {
      env,
      signal: options.signal ? AbortSignal.any([options.signal, giveUp.signal]) : giveUp.signal,
      ...(options.input !== undefined && {input: options.input}),
      ...(options.cwd && {cwd: options.cwd}),
      // Who reads the lines reads them alone: a list of a file store has hundreds of thousands. Errors come on stderr.
      ...(streams && {onLine: options.onLine ?? take}),
      onErrorLine: takeError,
    });
    if (result.overflowed) {
      throw new Failure('REPOSITORY_DAMAGED', `restic ${line.command.join(' ')} answered with more than 64 MiB.`);
    }
    return {...result, says, messages};
  };
}

/** The same, where anything but exit code 0 is a failure. */
export async function callOrFail(
  call: ResticCall,
  line: Parameters<ResticCall>[0],
  options: CallOptions = {},
): ReturnType<ResticCall> {
  const end = await call(line, options);
  if (end.exitCode !== 0) {
    throw resticFailure(line.command.join(' '), end);
  }
  return end;
}

/** A lock may be that of a program that died: then it is removed, and the call made once more. A living one stays, and the second call says so. */
export async function pastStaleLocks(
  call: ResticCall,
  line: Parameters<ResticCall>[0],
  options: Parameters<ResticCall>[1],
): ReturnType<ResticCall> {
  const end = await call(line, options);
  if (end.exitCode !== EXIT_LOCKED) {
    return end;
  }
  await callOrFail(call, {command: ['unlock']});
  return call(line, options);
}

/** Credentials that the administrator gave to drctl's own environment, for repositories in object storage. */
function awsEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] =>
      /^(AWS|AZURE|GOOGLE|B2|OS|RESTIC_REST)_/.test(entry[0]),
    ),
  );
}

/** @throws Failure TOOL_MISSING when restic is older than the JSON and exit codes that we read */
export async function requireRestic(program: string): Promise<string> {
  const {stdout} = await run(program, {command: ['version']});
  const [, major, minor] = /restic (\d+)\.(\d+)/.exec(stdout) ?? [];
  if (major === undefined || (Number(major) === 0 && Number(minor) < 17)) {
    throw new Failure('TOOL_MISSING', `${program} is not restic 0.17 or newer (${stdout.trim().slice(0, 80)}).`);
  }
  return /restic (\S+)/.exec(stdout)?.[1] ?? '';
}
