// The two bundles of the page: styles, and the page itself.
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, BuildResult } from 'esbuild';
import { loadExamples } from './examples.ts';

/** File names in `<out>/assets`. */
export interface Bundles {
  script: string;
  styles: string;
  icon: string;
  /** The files that the page is made of. */
  inputs: string[];
}

type Result = BuildResult<{ metafile: true }>;

const PAGE = join(import.meta.dirname, 'page');

const STYLES = ['page.css', 'workspace.css', 'docs.css', 'examples.css', 'sign-in.css', 'narrow.css'];

/** Bundles everything into `<out>/assets`, each file named after its content. */
export async function bundle(out: string): Promise<Bundles> {
  const common = {
    bundle: true,
    minify: true,
    metafile: true,
    target: 'es2022',
    outdir: join(out, 'assets'),
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  } satisfies BuildOptions;
  const rules = STYLES.map((file) => `@import "./${file}";`).join('\n');
  const [styles, page] = await Promise.all([
    build({ ...common, stdin: { contents: rules, loader: 'css', resolveDir: PAGE } }),
    build({
      ...common,
      entryPoints: { page: join(PAGE, 'main.tsx'), icon: join(PAGE, 'icon.svg') },
      format: 'esm',
      jsx: 'automatic',
      loader: { '.svg': 'copy' },
      define: { ...common.define, EXAMPLES: JSON.stringify(loadExamples()) },
    }),
  ]);
  return {
    script: fileOf(page, 'page'),
    styles: fileOf(styles, 'stdin'),
    icon: fileOf(page, 'icon'),
    inputs: Object.keys({ ...page.metafile.inputs, ...styles.metafile.inputs }),
  };
}

/** The hashed file name of the entry point called `name`. */
function fileOf(result: Result, name: string): string {
  const files = Object.entries(result.metafile.outputs).filter(
    ([, output]) => output.entryPoint !== undefined,
  );
  const file = files.map(([path]) => basename(path)).find((path) => path.startsWith(`${name}-`));
  if (!file) throw new Error(`No output for ${name}`);
  return file;
}
