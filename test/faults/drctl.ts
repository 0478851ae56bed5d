import {fileURLToPath} from 'node:url';
import {execa} from 'execa';

/** The program under test; another build can be named by DRCTL_UNDER_TEST. */
export const DRCTL = process.env['DRCTL_UNDER_TEST'] ?? fileURLToPath(new URL('../../dist/drctl', import.meta.url));

interface ErrorShown {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** How one run of drctl ended. */
export interface Ending {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout as JSON; undefined when it was killed before. */
  readonly result: {readonly ok: boolean; readonly value: unknown; readonly error: ErrorShown | null} | undefined;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface Running {
  readonly pid: number;
  /** In ms since 1970. */
  readonly startedAt: number;
  readonly ending: Promise<Ending>;
  ended(): boolean;
}

export interface Place {
  readonly environment?: Readonly<Record<string, string>>;
  readonly account?: {readonly uid: number; readonly gid: number};
  /** A process group of its own, as a shell gives to a command. */
  readonly ownGroup?: boolean;
  readonly json?: boolean;
}

/** Starts drctl with `--json`. Of this environment it sees only what any program needs. */
export function startDrctl(args: readonly string[], place: Place = {}): Running {
  const startedAt = Date.now();
  const child = execa(DRCTL, [...args, ...(place.json === false ? [] : ['--json'])], {
    env: {PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', LC_ALL: 'C.UTF-8', ...place.environment},
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    detached: place.ownGroup ?? false,
    ...place.account,
  });
  if (child.pid === undefined) {
    throw new Error(`${DRCTL} did not start. Build it first: make service.`);
  }
  let over = false;
  const ending = child.then(({exitCode, signal, stdout, stderr}): Ending => {
    over = true;
    const lines = stdout.split('\n').filter((line) => line !== '');
    const json = place.json === false ? [] : lines.map(parsed);
    const result = json.find((line) => line['type'] === 'result') as unknown as Ending['result'];
    return {exitCode, signal, stdout, stderr, result, events: json.filter((line) => line['type'] !== 'result')};
  });
  return {pid: child.pid, startedAt, ending, ended: () => over};
}

export async function drctl(args: readonly string[], place: Place = {}): Promise<Ending> {
  return startDrctl(args, place).ending;
}

/** Its value. Throws with what it said when it did not succeed. */
export async function succeed<Value>(args: readonly string[], place: Place = {}): Promise<Value> {
  const {exitCode, result, stderr} = await drctl(args, place);
  if (exitCode !== 0 || result?.ok !== true) {
    throw new Error(
      `drctl ${args[0] ?? ''} ended with ${exitCode ?? 'a signal'}: ${JSON.stringify(result?.error)}\n${stderr}`,
    );
  }
  return result.value as Value;
}

/** A line cut by a kill is the only one that may be no JSON, and it is then the last. */
function parsed(line: string, index: number, all: readonly string[]): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    if (index === all.length - 1) {
      return {type: 'cut', line};
    }
    throw new Error(`stdout holds a line that is no JSON: ${line}`, {cause: error});
  }
}
