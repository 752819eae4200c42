// The three bundles of the page: web workers, styles, and the page itself.
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, BuildResult } from 'esbuild';
import { loadExamples } from './examples.ts';

/** File names in `<out>/assets`. */
export interface Bundles {
  script: string;
  styles: string;
  icon: string;
}

type Result = BuildResult<{ metafile: true }>;

const PAGE = join(import.meta.dirname, 'page');

// GraphiQL's own dependencies are taken as GraphiQL sees them, so that their versions always agree.
const fromGraphiql = createRequire(createRequire(import.meta.url).resolve('graphiql/package.json'));
const fromReact = createRequire(fromGraphiql.resolve('@graphiql/react/package.json'));

const WORKERS = {
  'editor.worker': fromReact.resolve('monaco-editor/esm/vs/editor/editor.worker.js'),
  'graphql.worker': fromReact.resolve('monaco-graphql/esm/graphql.worker.js'),
  'json.worker': fromReact.resolve('monaco-editor/esm/vs/language/json/json.worker.js'),
};

// GraphiQL's ready-made style.css would bring 400 kB of fonts as data: URLs, which a strict CSP refuses.
const STYLES = [
  fromReact.resolve('monaco-editor/min/vs/editor/editor.main.css'),
  fromReact.resolve('@graphiql/react/style.css'),
  fromGraphiql.resolve('@graphiql/plugin-doc-explorer/style.css'),
  fromGraphiql.resolve('@graphiql/plugin-history/style.css'),
  fromGraphiql.resolve('graphiql/graphiql.css'),
  ...['page.css', 'examples.css', 'sign-in.css', 'narrow.css'].map((file) => join(PAGE, file)),
];

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
    chunkNames: '[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  } satisfies BuildOptions;
  const rules = STYLES.map((path) => `@import ${JSON.stringify(path)};`).join('\n');
  const [workers, styles] = await Promise.all([
    build({ ...common, entryPoints: WORKERS, format: 'iife' }),
    build({
      ...common,
      stdin: { contents: rules, loader: 'css', resolveDir: PAGE },
      loader: { '.ttf': 'file' },
    }),
  ]);
  const workerFiles = {
    editor: fileOf(workers, 'editor.worker'),
    graphql: fileOf(workers, 'graphql.worker'),
    json: fileOf(workers, 'json.worker'),
  };
  const page = await build({
    ...common,
    entryPoints: { page: join(PAGE, 'main.tsx'), icon: join(PAGE, 'icon.svg') },
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    // Monaco's modules import their styles one by one; editor.main.css has them all.
    loader: { '.css': 'empty', '.svg': 'copy' },
    define: {
      ...common.define,
      WORKER_FILES: JSON.stringify(workerFiles),
      EXAMPLES: JSON.stringify(loadExamples()),
    },
  });
  return { script: fileOf(page, 'page'), styles: fileOf(styles, 'stdin'), icon: fileOf(page, 'icon') };
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
