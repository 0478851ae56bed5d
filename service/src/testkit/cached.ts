import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

const SCRIPT = join(import.meta.dirname, '../../../scripts/build_cached.sh');

/** What tests need and a machine makes once: the programs `restic` and `rest-server`, or the folder of an empty repository that is quick to open. */
export function cached(name: 'restic' | 'rest-server' | 'repository'): string {
  return execFileSync(SCRIPT, [name], {encoding: 'utf8'}).trim();
}
