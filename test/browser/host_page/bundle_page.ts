import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

export type ReactVersion = 17 | 18 | 19;

const PAGE = fileURLToPath(new URL('page/', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** Another React than the installed one lies under an alias: `react-19`, `react-dom-19`. */
function aliases(react: ReactVersion): Record<string, string> {
  const mount = join(PAGE, react === 17 ? 'mount_legacy.tsx' : 'mount_root.tsx');
  const packages = react === 18 ? [] : ['react', 'react-dom', ...(react === 17 ? ['react-redux'] : [])];
  const found: Record<string, string> = {'host-page-mount': mount};
  for (const name of packages) {
    const alias = `${name}-${react}`;
    if (!existsSync(join(MODULES, alias))) {
      throw new Error(`${alias} is not installed: the host page cannot be shown with React ${react}.`);
    }
    found[name] = join(MODULES, alias);
  }
  return found;
}

/** The host page's script, with every library that the real web client offers. */
export async function bundlePage(react: ReactVersion): Promise<string> {
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
