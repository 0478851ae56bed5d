import {rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {DRCTL} from './drctl.ts';
import type {Companion} from './companion.ts';

/** The restic that is shipped. */
export const RESTIC = join(dirname(DRCTL), 'lib', 'restic');

export interface Slowness {
  /** From now on each restic waits before (or after) it does its real work. */
  slow(seconds: number, when?: 'before' | 'after'): Promise<void>;
  fast(): Promise<void>;
}

/** Puts a script before the real restic that only takes time, so that a fault can hit every step. */
export async function slowRestic(companion: Companion): Promise<Slowness> {
  const script = join(dirname(companion.configFile), 'slow-restic');
  const [before, after] = [`${script}.before`, `${script}.after`];
  await writeFile(
    script,
    `#!/bin/sh
if [ -f '${before}' ]; then sleep "$(cat '${before}')"; fi
if [ ! -f '${after}' ]; then exec '${RESTIC}' "$@"; fi
'${RESTIC}' "$@"; code=$?
sleep "$(cat '${after}')"
exit $code
`,
    {mode: 0o700},
  );
  await companion.configure((settings) => {
    settings['tools'] = {restic: script};
  });
  const fast = async () => {
    await rm(before, {force: true});
    await rm(after, {force: true});
  };
  return {
    slow: async (seconds, when = 'before') => {
      await fast();
      await writeFile(when === 'before' ? before : after, String(seconds));
    },
    fast,
  };
}
