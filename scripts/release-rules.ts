/** Licences that a package of the running hub may have, and why those beside the usual ones may. */
export const ALLOWED_LICENCES: Readonly<Record<string, string>> = {
  MIT: 'permissive',
  'BSD-2-Clause': 'permissive',
  'BSD-3-Clause': 'permissive',
  'Apache-2.0': 'permissive, with a grant of patents; the licence of the hub itself',
  ISC: 'permissive',
  '0BSD': 'permissive, without even the notice',
  'BlueOak-1.0.0': 'permissive, approved by the OSI',
  'Python-2.0': 'permissive; of argparse, a port of Python’s module',
  'PSF-2.0': 'permissive; of argparse, a port of Python’s module',
};

/** Whether an SPDX expression lets the hub use the package: one side of an OR, both of an AND. */
export function isAllowed(expression: string): boolean {
  const bare = expression.trim().replace(/^\(([^()]*)\)$/, '$1');
  const either = bare.split(/ OR /i);
  if (either.length > 1) return either.some(isAllowed);
  const all = bare.split(/ AND /i);
  return all.length > 1 ? all.every(isAllowed) : Object.hasOwn(ALLOWED_LICENCES, bare);
}

export interface LockedPackage {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

type Entry = [path: string, locked: LockedPackage];

/** All of a lockfile (version 3) but the hub itself, which has no path, and tools of development. */
function runningPackages(packages: Readonly<Record<string, LockedPackage>>): Entry[] {
  return Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
}

const nameOf = ([path, { version }]: Entry): string => `${path.replace(/^.*node_modules\//, '')}@${version}`;

export interface Licences {
  /** How many packages of the running hub have each licence. */
  counts: Record<string, number>;
  /** Packages whose licence is not allowed, or not told. */
  refused: string[];
}

/** The licences of all packages of a lockfile (version 3) that are more than tools of development. */
export function licencesOf(packages: Readonly<Record<string, LockedPackage>>): Licences {
  const counts: Record<string, number> = {};
  const refused: string[] = [];
  for (const entry of runningPackages(packages)) {
    const { license = 'none told' } = entry[1];
    counts[license] = (counts[license] ?? 0) + 1;
    if (!isAllowed(license)) refused.push(`${nameOf(entry)}: ${license}`);
  }
  return { counts, refused };
}

export interface Verdict {
  ok: boolean;
  said: string;
}

interface AuditReport {
  metadata?: { vulnerabilities?: Record<string, number> };
}

function reportOf(output: string): AuditReport {
  try {
    return JSON.parse(output) as AuditReport;
  } catch {
    return {};
  }
}

/** What `npm audit --json` found. A registry that gives no report has found nothing out: that is no pass. */
export function auditVerdict(output: string): Verdict {
  const found = reportOf(output).metadata?.vulnerabilities;
  if (found === undefined) {
    return { ok: false, said: 'the registry answered no audit; ask one that does: npm audit --omit=dev' };
  }
  const some = Object.entries(found).filter(([level, count]) => level !== 'total' && count > 0);
  const said = some.map(([level, count]) => `${count} ${level}`).join(', ');
  return { ok: some.length === 0, said: said === '' ? 'no known vulnerability' : said };
}

interface Component {
  name: string;
  version: string;
}

interface BillOfMaterials {
  bomFormat?: string;
  specVersion?: string;
  components?: Component[];
}

/** Whether a bill of materials is CycloneDX and names all that the hub runs with. */
export function billVerdict(text: string, packages: Readonly<Record<string, LockedPackage>>): Verdict {
  const { bomFormat, specVersion, components = [] } = JSON.parse(text) as BillOfMaterials;
  const told = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const missing = runningPackages(packages)
    .map(nameOf)
    .filter((one) => !told.has(one));
  const said = `${bomFormat} ${specVersion}, ${components.length} components`;
  if (missing.length > 0) return { ok: false, said: `${said}; without ${missing.join(', ')}` };
  return { ok: bomFormat === 'CycloneDX', said };
}

export interface Lockfile {
  packages: Record<string, LockedPackage & { devDependencies?: object }>;
}

/**
 * A lockfile (version 3) without tools of development. `npm sbom --omit dev` leaves out what such a tool needs as
 * well, Apollo Server among it, so npm is shown what is left instead.
 */
export function withoutDevelopment<L extends Lockfile>(lock: L): L {
  const { '': hub, ...all } = lock.packages;
  const { devDependencies: _, ...rest } = hub ?? {};
  return { ...lock, packages: { '': rest, ...Object.fromEntries(runningPackages(all)) } };
}
