import {fileURLToPath} from 'node:url';
import {execa} from 'execa';

const PROGRAM = fileURLToPath(new URL('../../dist/drctl', import.meta.url));

/** What `drctl --json` came to. */
export interface DrctlAnswer {
  readonly exitCode: number;
  /** Every line of stdout, parsed; all but the last are events. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly ok: boolean;
  // A test asserts what is in it; a type would say no more than the assertion does.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly value: any;
  readonly error: {readonly code: string; readonly message: string; readonly remedy: string} | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DrctlOptions {
  /** Home of the program: caches of restic go there. */
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the built drctl to its end. Of the environment of the test it sees only the few names that any program needs. */
export async function runDrctl(arguments_: readonly string[], {home, environment}: DrctlOptions): Promise<DrctlAnswer> {
  const {exitCode, stdout, stderr} = await execa(PROGRAM, [...arguments_, '--json'], {
    cwd: home,
    env: {PATH: process.env['PATH'] ?? '', HOME: home, TZ: 'UTC', LC_ALL: 'C', ...environment},
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = lines.at(-1);
  if (last?.['type'] !== 'result') {
    throw new Error(`drctl ${arguments_[0] ?? ''} ended (${exitCode}) without a result:\n${stderr}`);
  }
  return {
    ...(last as unknown as Pick<DrctlAnswer, 'ok' | 'value' | 'error'>),
    exitCode: exitCode ?? -1,
    lines,
    stdout,
    stderr,
  };
}

/** The same, where anything but success is a mistake of the test. */
export async function drctlOrThrow(answer: Promise<DrctlAnswer>): Promise<DrctlAnswer> {
  const {ok, error, stderr, ...rest} = await answer;
  if (!ok) {
    throw new Error(`${error?.code}: ${error?.message}\n${stderr}`);
  }
  return {ok, error, stderr, ...rest};
}
