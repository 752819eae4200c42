import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One import or re-export of one file of `src`. */
export interface Import {
  /** The importing file, relative to src: `pledges/claim.service.ts`. */
  from: string;
  /** The imported file, relative to src; or a package: `pg`, `@mikro-orm/core`, `node:fs`. */
  to: string;
  isPackage: boolean;
  /** Nothing of it is left at run time. */
  isTypeOnly: boolean;
  isReexport: boolean;
}

/** A file of `src` and what it imports. */
export interface SourceFile {
  path: string;
  text: string;
  imports: Import[];
}

/** `@scope/name/deep` and `name/deep` belong to the packages `@scope/name` and `name`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function importOf(from: string, specifier: string, isTypeOnly: boolean, isReexport: boolean): Import {
  const isPackage = !specifier.startsWith('.');
  const to = isPackage ? packageOf(specifier) : normalize(join(dirname(from), specifier));
  return { from, to, isPackage, isTypeOnly, isReexport };
}

function readImports(path: string, text: string): Import[] {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const imports = module.staticImports.map(({ moduleRequest, entries }) => {
    const isTypeOnly = entries.length > 0 && entries.every(({ isType }) => isType);
    return importOf(path, moduleRequest.value, isTypeOnly, false);
  });
  const reexports = module.staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null ? [] : [importOf(path, moduleRequest.value, isType, true)],
    );
  const dynamic = module.dynamicImports.map(({ moduleRequest }) => {
    const literal = text.slice(moduleRequest.start, moduleRequest.end);
    return importOf(path, literal.replaceAll(/^['"`]|['"`]$/g, ''), false, false);
  });
  return [...imports, ...reexports, ...dynamic];
}

/** Every TypeScript file below a folder, as the compiler sees it. */
export function readSources(root: string): SourceFile[] {
  return globSync('**/*.ts', { cwd: root })
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: readImports(path, text) };
    });
}
