import {rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {DRCTL} from './drctl.ts';
import type {Companion} from './companion.ts';

/** The restic that is shipped. */
export const RESTIC = join(dirname(DRCTL), 'lib', 'restic');

export interface Slowness {
  /** From now on each restic waits before (or after) it does its real work, until `fast` is called at the latest. `only`: each that has this in its arguments, as `part=files`. */
  slow(seconds: number, which?: {readonly when?: 'before' | 'after'; readonly only?: string}): Promise<void>;
  fast(): Promise<void>;
}

/** Puts a script before the real restic that only takes time, so that a fault can hit every step. */
export async function slowRestic(companion: Companion): Promise<Slowness> {
  const script = join(dirname(companion.configFile), 'slow-restic');
  const [before, after] = [`${script}.before`, `${script}.after`];
  await writeFile(
    script,
    `#!/bin/sh
all="$*"
take_time() {
  if read -r tenths only 2> /dev/null < "$1"; then
    case "$all" in
      *"$only"*) while [ -f "$1" ] && [ "$tenths" -gt 0 ]; do sleep 0.1; tenths=$((tenths - 1)); done ;;
    esac
  fi
}
take_time '${before}'
if [ ! -f '${after}' ]; then exec '${RESTIC}' "$@"; fi
'${RESTIC}' "$@"; code=$?
take_time '${after}'
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
    slow: async (seconds, {when = 'before', only = ''} = {}) => {
      await fast();
      await writeFile(when === 'before' ? before : after, `${Math.ceil(seconds * 10)} ${only}\n`);
    },
    fast,
  };
}
