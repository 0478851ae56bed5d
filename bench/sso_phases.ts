import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {signInThroughProvider} from '../test/harness/sso_login.ts';
import type {ExtraAccount, SsoServer} from '../test/harness/sso_server.ts';
import {waitFor} from '../test/harness/wait_for.ts';
import {DRCTL, stepTimes, type StepTimes} from './contestants.ts';
import {measure} from './measure.ts';

/** `ms`: of each single one, where there are many. */
export type Phase = {
  people: number;
  name: string;
  contestant: 'drctl' | 'by hand';
  seconds: number;
  cpu?: number;
  memory?: Record<string, number>;
  steps?: StepTimes;
  ms?: number[];
};
export type Tell = (phase: Phase) => void;

export type Bench = {server: SsoServer; people: number; tell: Tell};

/** Runs a verb, and tells seconds, CPU and peak memory of drctl's own processes. */
export async function verb(
  {server, people, tell}: Bench,
  name: string,
  ...words: string[]
): Promise<Record<string, unknown>> {
  const postmaster = Number(
    (await readFile(join(server.postgres.dataDirectory, 'postmaster.pid'), 'utf8')).split('\n')[0],
  );
  const {
    seconds,
    cpu,
    peak_rss: memory,
    stdout,
  } = await measure(
    {
      program: DRCTL,
      args: ['--config', server.configFile, 'sso', ...words, '--json'],
      env: {XDG_CACHE_HOME: join(server.directory, 'cache')},
    },
    postmaster,
    server.directory,
  );
  tell({people, name, contestant: 'drctl', seconds, cpu, memory, steps: stepTimes(stdout)});
  return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as {value: Record<string, unknown>}).value;
}

export async function byHand({people, tell}: Bench, name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await work();
  tell({people, name, contestant: 'by hand', seconds: (performance.now() - started) / 1000});
}

/** One after the other; how long each took is told. */
export async function eachOf<T>(
  {people, tell}: Bench,
  contestant: Phase['contestant'],
  name: string,
  those: readonly T[],
  work: (one: T) => Promise<unknown>,
): Promise<void> {
  const ms: number[] = [];
  for (const one of those) {
    const started = performance.now();
    await work(one);
    ms.push(performance.now() - started);
  }
  tell({people, name, contestant, seconds: ms.reduce((sum, it) => sum + it, 0) / 1000, ms});
}

/** As an administrator does it on the shell: a new process each time. */
export async function letInByShell({server}: Bench, username: string): Promise<void> {
  const {ok, error} = await server.drctl('sso', 'let-in', username, '--identified-by', 'the benchmark');
  if (!ok) {
    throw new Error(`${username}: ${error?.message}`);
  }
}

/** As the page of the plugin does it: through Mattermost, plugin and companion. */
export async function letInByPlugin({server}: Bench, username: string): Promise<void> {
  await server.client.requestPlugin('disaster-recovery', 'POST', '/api/v1/sso/let-ins', {
    user: username,
    identified_by: 'the benchmark',
  });
}

export async function outageBegins({server}: Bench): Promise<void> {
  await server.identityProvider.stop();
  await server.drctl('sso', 'declare', '--reason', 'the benchmark');
}

/** The provider comes back, the canary signs in, everybody is switched back, and the incident is closed. */
export async function outageEnds(bench: Bench, name: string): Promise<void> {
  const {server} = bench;
  await server.identityProvider.start();
  await waitFor(
    'the provider to be healthy for long enough',
    async () => {
      const {value} = await server.drctl('sso', 'switch-back', '--dry-run');
      return (value.plan.gates as {passed: boolean}[]).every(({passed}) => passed);
    },
    120,
  );
  const [canary] = server.people;
  const running = verb(bench, name, 'switch-back', '--yes', '--canary', canary!.username);
  await waitFor(
    'the canary to be switched back',
    async () => (await server.row(canary!.username)).authservice === 'gitlab',
    120,
  );
  await signInThroughProvider(server.mattermost().url, canary!.username, canary!.password);
  await running;
  await waitFor('the incident to close', async () => (await server.drctl('sso', 'close')).ok, 60);
}

/** A number without this is worth nothing: everybody must be exactly as before. */
export async function requireAllBack(server: SsoServer, accounts: readonly ExtraAccount[]): Promise<void> {
  for (const {username, authService, authData} of accounts) {
    const row = await server.row(username);
    if (row.authservice !== authService || row.authdata !== authData) {
      throw new Error(`${username} is not as before: ${row.authservice}`);
    }
  }
}

/** Most resident memory that a process has had, in bytes. */
export async function peakOf(pid: number): Promise<number> {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
