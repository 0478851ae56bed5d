import {appendFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import type {Event, ResultLine} from '@disaster-recovery/contract';
import {stepWords} from '../service/src/words/steps.ts';
import {place, ROOT, shown} from './place.ts';
import {record} from './processes.ts';

export const DRCTL = join(ROOT, 'dist', 'drctl');
export const CONFIG = place('drctl.yaml');

type Call = {
  arguments: string[];
  /** Told what goes on, in few words. */
  note?: (text: string) => void;
};

/** Runs one verb and gives the value that it ends with. @throws Error with the failure in the words of drctl. */
export async function drctl<Value>(verb: string, {arguments: more, note = () => undefined}: Call): Promise<Value> {
  const log = place('logs', `drctl-${verb}.log`);
  const child = execa(DRCTL, ['--config', CONFIG, '--json', verb, ...more], {
    cwd: ROOT,
    stdin: 'ignore',
    reject: false,
    detached: true,
    lines: true,
  });
  record(`drctl ${verb}`, child.pid ?? 0);
  let last: ResultLine | undefined;
  for await (const line of child) {
    await appendFile(log, `${line}\n`, {mode: 0o600});
    const said = JSON.parse(line) as Event | ResultLine;
    if (said.type === 'result') {
      last = said;
    } else if (said.type === 'step') {
      note(stepWords(said.step).doing);
    }
  }
  const {exitCode, stderr} = await child;
  await appendFile(log, `${stderr.join('\n')}\n`);
  if (exitCode !== 0 || last?.ok !== true) {
    const {error} = last ?? {};
    const words = error ? `${error.code}: ${error.message}\n→ ${error.remedy}` : stderr.join('\n');
    throw new Error(`drctl ${verb} ended with exit code ${String(exitCode)}.\n${words}\nIts output: ${shown(log)}`);
  }
  return last.value as Value;
}

/** A companion that finds what `mattermostConfig` describes, with its repository and key below the demo's place. */
export async function initCompanion(mattermostConfig: string, port: number): Promise<void> {
  await drctl('init', {
    arguments: [
      '--mattermost-config',
      mattermostConfig,
      '--repository',
      place('repository'),
      '--state',
      place('companion'),
      '--listen',
      `127.0.0.1:${port}`,
    ],
  });
  // The way to the companion for whoever looks around, without a long path to type.
  await writeFile(place('drctl'), `#!/bin/sh\nexec '${DRCTL}' --config '${CONFIG}' "$@"\n`, {mode: 0o755});
}
