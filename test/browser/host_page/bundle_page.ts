import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

export type ReactVersion = 17 | 18 | 19;

const PAGE = fileURLToPath(new URL('page/', import.meta.url));
const OTHER_REACTS = fileURLToPath(new URL('../', import.meta.url));

/** Two Reacts cannot be peers of one workspace: the others have a folder each, and `npm ci --prefix` fills it. */
function aliases(react: ReactVersion): Record<string, string> {
  const mount = join(PAGE, react === 17 ? 'mount_legacy.tsx' : 'mount_root.tsx');
  const packages = react === 18 ? [] : ['react', 'react-dom', ...(react === 17 ? ['react-redux'] : [])];
  const found: Record<string, string> = {'host-page-mount': mount};
  for (const name of packages) {
    const folder = join(OTHER_REACTS, `react_${react}`, 'node_modules', name);
    if (!existsSync(folder)) {
      throw new Error(`React ${react} is not installed. Run: npm ci --prefix test/browser/react_${react}`);
    }
    found[name] = folder;
  }
  return found;
}

const bundled = new Map<ReactVersion, Promise<string>>();

/** The host page's script, with every library that the real web client offers. Made once by each process: half a second of CPU. */
export function bundlePage(react: ReactVersion): Promise<string> {
  const script = bundled.get(react) ?? bundle(react);
  bundled.set(react, script);
  return script;
}

async function bundle(react: ReactVersion): Promise<string> {
  const {outputFiles} = await build({
    entryPoints: [join(PAGE, 'main.tsx')],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'transform',
    target: 'es2022',
    define: {'process.env.NODE_ENV': '"development"'},
    alias: aliases(react),
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
