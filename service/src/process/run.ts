import {execa} from 'execa';
import {Failure, systemErrorCode} from '../kernel/failure.ts';
import {argumentsOf, type CommandLine} from './command_line.ts';
import {ownerMark} from './orphans.ts';

/** Runs a program that a person works with on this terminal, an editor. @throws Failure TOOL_MISSING when it cannot be started, or ends with an error */
export async function runForPerson(program: string, words: readonly string[]): Promise<void> {
  const {exitCode, cause, shortMessage} = await execa(program, words, {stdio: 'inherit', reject: false});
  if (exitCode !== 0) {
    throw new Failure('TOOL_MISSING', `${program} could not be used: ${shortMessage ?? 'it ended with an error'}.`, {
      cause,
      remedy: 'Name your editor in VISUAL or EDITOR.',
    });
  }
}

/** stderr of a child is kept to its last bytes: enough to explain, never enough to fill memory. */
const STDERR_TAIL = 16 * 1024;
/** A child that ignores TERM gets this long before KILL. */
const KILL_AFTER_MS = 10_000;

export type RunOptions = {
  /** Added to a small base environment; the only way for secrets to reach a child. */
  env?: Record<string, string>;
  cwd?: string;
  signal?: AbortSignal;
  input?: string;
  /** Called for each line of stdout; without it stdout is returned whole (bounded). */
  onLine?: (line: string) => void;
  /** Called for each line of stderr. */
  onErrorLine?: (line: string) => void;
  /** Largest stdout kept when there is no onLine. Default 64 MiB. */
  maxOutput?: number;
};

export type RunResult = {
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** The program wrote more than maxOutput and was ended for it. */
  overflowed: boolean;
};

/**
 * Runs a program: a command line in parts, never a shell; TERM, then KILL on abort.
 * Resolves with the exit code whatever it is, so that each engine names its own failures.
 * @throws Failure TOOL_MISSING when the program cannot be started; the signal's reason when aborted
 */
export async function run(program: string, line: CommandLine, options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const child = execa(program, argumentsOf(line), {
    env: {...baseEnvironment(), ...ownerMark(), ...options.env},
    extendEnv: false,
    ...(options.cwd && {cwd: options.cwd}),
    ...(options.signal && {cancelSignal: options.signal}),
    ...(options.input === undefined ? {stdin: 'ignore' as const} : {input: options.input}),
    forceKillAfterDelay: KILL_AFTER_MS,
    reject: false,
    stripFinalNewline: false,
    encoding: 'utf8',
    buffer: {stdout: options.onLine === undefined, stderr: false},
    maxBuffer: {stdout: options.maxOutput ?? 64 * 1024 * 1024},
  });
  const [stderr] = await Promise.all([tailOf(child, options.onErrorLine), forEachLine(child, options.onLine)]);
  const result = await child;
  if (options.signal?.aborted) {
    throw options.signal.reason;
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw cannotStart(program, result.cause ?? result);
  }
  return {
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout: typeof result.stdout === 'string' ? result.stdout : '',
    stderr,
    overflowed: result.isMaxBuffer,
  };
}

/** The part of an execa subprocess that we read from. */
type Lines = {iterable(from: {from: 'stdout' | 'stderr'}): AsyncIterable<unknown>};

async function forEachLine(child: Lines, onLine: RunOptions['onLine']): Promise<void> {
  if (onLine) {
    for await (const line of child.iterable({from: 'stdout'})) {
      onLine(String(line));
    }
  }
}

async function tailOf(child: Lines, onErrorLine: RunOptions['onErrorLine']): Promise<string> {
  let tail = '';
  for await (const line of child.iterable({from: 'stderr'})) {
    tail = `${tail}${String(line)}\n`.slice(-STDERR_TAIL);
    onErrorLine?.(String(line));
  }
  return tail;
}

function cannotStart(program: string, cause: unknown): Failure {
  const code = systemErrorCode(cause);
  return new Failure('TOOL_MISSING', `${program} could not be started${code ? ` (${code})` : ''}.`, {cause});
}

/** What a child may know of our environment. Everything else, secrets above all, must be passed on purpose. */
function baseEnvironment(): Record<string, string> {
  const allowed = [
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'LANG',
    'TZ',
    'TMPDIR',
    'XDG_CACHE_HOME',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'NO_PROXY',
  ];
  const environment: Record<string, string> = {LC_ALL: 'C.UTF-8'};
  for (const name of allowed) {
    const value = process.env[name];
    if (value !== undefined) {
      environment[name] = value;
    }
  }
  return environment;
}
