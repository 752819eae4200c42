import { isAllowed, type LockedPackage, type Verdict } from './release-rules.ts';

/** A file that is part of a bundle, by its path from the project's root. */
export interface BundledFile {
  path: string;
  text: string;
}

const PACKAGE = /^(?:.*node_modules\/)((?:@[^/]+\/)?[^/]+)\//;
/** Comments that minifiers keep, by which a library signs its code: `/*! @license DOMPurify 3.1.7 | (c) Cure53 *\/`. */
const BANNER = /\/\*(?:!|[\s\S]{0,200}?@(?:license|preserve))[\s\S]{0,400}?\*\//g;
const SIGNED = /\b([A-Za-z][\w.@/-]{2,40}?)(?:\.js)?,?\s+(?:version\s+)?v?(\d+\.\d+\.\d+)\b/g;

const packageOf = (path: string): string | null => PACKAGE.exec(path)?.[1] ?? null;
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Libraries that a package has copied into its own files, by the banners that they left there. An audit of packages does not
 * see them, nor the advisories that hold for them.
 */
export function inlinedIn({ path, text }: BundledFile): string[] {
  const owner = packageOf(path);
  if (owner === null) return [];
  const signed = [...text.matchAll(BANNER)].flatMap(([banner]) => [...banner.matchAll(SIGNED)]);
  const others = signed.filter(([, name]) => !plain(owner).includes(plain(name!)));
  return others.map(([, name, version]) => `${name} ${version} in ${owner}`);
}

/** Whether a bundle holds nothing but packages of the lockfile, with allowed licences and no library copied into them. */
export function bundleVerdict(
  files: readonly BundledFile[],
  packages: Readonly<Record<string, LockedPackage>>,
): Verdict {
  const names = new Map(
    files.flatMap(({ path }) => {
      const match = PACKAGE.exec(path);
      return match ? [[match[0].replace(/^.*?(?=node_modules)/, '').slice(0, -1), match[1]!]] : [];
    }),
  );
  const strangers = [...names].filter(([path]) => !isAllowed(packages[path]?.license ?? ''));
  const inlined = [...new Set(files.flatMap(inlinedIn))];
  const faults = [
    ...strangers.map(([, name]) => `${name} is not in the lockfile with an allowed licence`),
    ...inlined.map((library) => `${library} is copied, so no audit sees it`),
  ];
  if (faults.length > 0) return { ok: false, said: faults.join('; ') };
  return { ok: true, said: `${names.size} packages, no copied libraries` };
}
