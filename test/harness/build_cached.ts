import {fileURLToPath} from 'node:url';
import {execa} from 'execa';

const SCRIPT = fileURLToPath(new URL('../../scripts/build_cached.sh', import.meta.url));

/**
 * Gives the path of a pinned Go program, building it first where this machine does not have it yet.
 * `restic` is a program, `mattermost` a folder to run a server from, `second-plugin` a tar.gz, `repository` a folder
 * with an empty repository and its key.
 */
export async function buildCached(name: 'restic' | 'mattermost' | 'second-plugin' | 'repository'): Promise<string> {
  const {stdout} = await execa(SCRIPT, [name], {stderr: 'inherit'});
  return stdout;
}
