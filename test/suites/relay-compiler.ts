import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The path of the program, which the package holds for each system. */
const relayCompiler = createRequire(import.meta.url)('relay-compiler') as string;

export interface Compiled {
  /** The text that is sent for each operation, by its name. */
  operations: ReadonlyMap<string, string>;
  /** The modules that Relay's runtime takes, as text, by the name of their operation. */
  artifacts: ReadonlyMap<string, string>;
}

/** Compiles modules of documents as an application would. Rejects with what the compiler says unless all of it is right. */
export async function compiledByRelay(
  modules: readonly (readonly [module: string, documents: readonly string[]])[],
): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'sinergi-relay-'));
  const made = join(folder, 'src', '__generated__');
  try {
    await mkdir(made, { recursive: true });
    await copyFile('schema/schema.graphql', join(folder, 'schema.graphql'));
    for (const [module, documents] of modules) {
      const source = documents.map((document) => `graphql\`${document}\`;\n`).join('');
      await writeFile(join(folder, 'src', `${module}.js`), source);
    }
    const config = {
      src: 'src',
      schema: 'schema.graphql',
      language: 'javascript',
      artifactDirectory: 'src/__generated__',
      eagerEsModules: false,
    };
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
    await promisify(execFile)(relayCompiler, ['relay.config.json'], { cwd: folder });
    const operations = new Map<string, string>();
    const artifacts = new Map<string, string>();
    for (const file of await readdir(made)) {
      const source = await readFile(join(made, file), 'utf8');
      const text = /"text": ("(?:[^"\\]|\\.)*")/.exec(source)?.[1];
      // A fragment's artifact has no text.
      if (text === undefined) continue;
      const name = file.replace('.graphql.js', '');
      operations.set(name, JSON.parse(text) as string);
      artifacts.set(name, source);
    }
    return { operations, artifacts };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
