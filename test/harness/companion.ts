import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {startServerProcess} from './server_process.ts';
import type {ServerProcess} from './server_process.ts';
import {waitFor} from './wait_for.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/drctl', import.meta.url));

/** A running `drctl serve`. */
export interface Companion {
  readonly url: string;
  readonly logFile: string;
  pid(): number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
}

/** Starts the companion that `configFile` describes and waits until it answers. */
export async function startCompanion(place: {
  readonly directory: string;
  readonly configFile: string;
  readonly port: number;
}): Promise<Companion> {
  const url = `http://127.0.0.1:${place.port}`;
  const logFile = join(place.directory, 'companion.log');
  let server: ServerProcess;

  async function start(): Promise<void> {
    server = await startServerProcess({
      command: PROGRAM,
      arguments: ['--config', place.configFile, 'serve'],
      directory: place.directory,
      logFile,
    });
    await waitFor('the companion to answer', async () => {
      if (!server.running()) {
        throw new Error(`The companion ended at once:\n${await server.lastWords()}`);
      }
      return isUp(url);
    });
  }

  await start();
  return {
    url,
    logFile,
    pid: () => server.pid,
    start,
    stop: () => (server.running() ? server.end('SIGTERM') : Promise.resolve()),
    kill: () => (server.running() ? server.end('SIGKILL') : Promise.resolve()),
  };
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, {signal: AbortSignal.timeout(2000)})).ok;
  } catch {
    return false;
  }
}
