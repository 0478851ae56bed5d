// Writes the generated files; with --check it only tells which are stale, and fails.
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {build} from 'esbuild';
import {execa} from 'execa';
import {architecturePage} from './architecture.ts';

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');

// The pages come from the sources themselves, bundled because Node alone does not resolve workspaces to TypeScript.
const {
  outputFiles: [bundle],
} = await build({
  entryPoints: [join(root, 'scripts/pages.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  logLevel: 'warning',
  alias: {'@disaster-recovery/contract': join(root, 'contract/src/index.ts')},
  external: ['pg-native'],
  banner: {
    js: `import {createRequire as __createRequire} from "node:module"; const require = __createRequire(${JSON.stringify(import.meta.url)});`,
  },
});
const {generatedPages} = (await import(
  `data:text/javascript;base64,${Buffer.from(bundle?.text ?? '').toString('base64')}`
)) as typeof import('./pages.ts');

const ARCHITECTURE = 'docs/architecture.md';
const pages = {
  ...generatedPages(),
  [ARCHITECTURE]: await architecturePage(root, await readFile(join(root, ARCHITECTURE), 'utf8')),
};
const stale: string[] = [];
for (const [path, text] of Object.entries(pages)) {
  const place = join(root, path);
  const content = path.endsWith('.go') ? await formattedGo(text) : text;
  if ((await readFile(place, 'utf8').catch(() => '')) !== content) {
    stale.push(path);
    if (!isCheck) {
      await writeFile(place, content);
    }
  }
}
if (isCheck && stale.length > 0) {
  console.error(`Stale, run \`make generate\`: ${stale.join(', ')}`);
  process.exitCode = 1;
} else {
  console.log(isCheck ? 'Generated files are current.' : `Written: ${stale.join(', ') || 'nothing to do'}`);
}

async function formattedGo(source: string): Promise<string> {
  const {stdout} = await execa('gofmt', [], {input: source, stripFinalNewline: false});
  return stdout;
}
