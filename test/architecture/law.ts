import type { Import, SourceFile } from './imports.ts';

/**
 * The import law: who may know whom. ARCHITECTURE.md says it in words; this holds it. `npm run check` and
 * architecture.test.ts run it over src, and the test plants a breach of each rule to prove that it still bites.
 */
export interface Rule {
  name: string;
  /** Why, for whoever broke it. */
  because: string;
  breaks(one: Import): boolean;
}

export interface Breach {
  rule: string;
  because: string;
  /** `from → to`. */
  where: string;
}

/** Each folder knows itself and those before it. */
export const layers = [
  'kernel',
  'access',
  'platform',
  'audit',
  'events',
  'areas',
  'partners',
  'villages',
  'identity',
  'needs',
  'balance',
  'pledges',
  'deliveries',
  'feed',
  'books',
] as const;

/** Where each package may be imported; one that stands in no line may be imported nowhere. */
const packages: readonly [names: RegExp, where: RegExp][] = [
  [/^node:/, /^(?!kernel\/|access\/)(?!.*\.(rules|entity|types)\.ts$)/],
  [
    /^(pg|ws|graphql-ws|graphile-worker|fastify|helmet|@fastify\/(cors|proxy-addr|static)|@apollo\/server|@as-integrations\/fastify)$/,
    /^platform\//,
  ],
  [/^(intl-messageformat|dataloader|graphql-query-complexity|negotiator)$/, /^platform\//],
  [/^ipaddr\.js$/, /^platform\//],
  [/^quick-lru$/, /^(platform|identity)\//],
  [/^typeid-js$/, /^(platform|seed)\//],
  [
    /^@mikro-orm\/(core|postgresql|migrations)$/,
    /^platform\/(?!graphql\/)|\.(entity|service)\.ts$|^entities\.ts$|^seed\//,
  ],
  [/^kysely$/, /^platform\/(?!graphql\/)|^events\/outbox\.ts$|\.(service|mapping)\.ts$|^app\.ts$|^seed\//],
  [/^type-graphql$/, /^platform\/graphql\/|\.(types|resolver)\.ts$|^schema\.ts$/],
  [/^graphql(\/execution\/(collectFields|values)\.js)?$/, /^platform\/|^(app|schema)\.ts$|^tools\//],
  [/^(jose|@node-rs\/argon2|@zxcvbn-ts\/(core|language-common|language-id))$/, /^identity\//],
  [/^pino$/, /^(?!kernel\/|access\/)(?!.*\.(rules|entity|types|resolver)\.ts$)/],
  [/^reflect-metadata$/, /^(app|schema)\.ts$/],
  [/^idn-area-data$/, /^seed\//],
];

const layerOf = (path: string): number => layers.findIndex((layer) => path.startsWith(`${layer}/`));
/** Files beside the folders, the seed and the tools: they know everything, and nobody below knows them. */
const isRoot = (path: string): boolean => layerOf(path) === -1;
const folderOf = (path: string): string => path.split('/', 1)[0]!;
const isEntity = (path: string): boolean => path.endsWith('.entity.ts');
const isPure = (path: string): boolean => path.endsWith('.rules.ts') || /^(kernel|access)\//.test(path);
const isEdge = (path: string): boolean => /\.(types|resolver)\.ts$|^platform\/graphql\//.test(path);

export const rules: readonly Rule[] = [
  {
    name: 'downwards',
    because: `a module knows those before it only: ${layers.join(' ← ')}`,
    breaks: ({ from, to, isPackage }) =>
      !isPackage && !isRoot(from) && !isRoot(to) && layerOf(to) > layerOf(from),
  },
  {
    name: 'roots-know-modules',
    because: 'what puts the hub together is known to nothing that it puts together',
    breaks: ({ from, to, isPackage }) => !isPackage && !isRoot(from) && isRoot(to),
  },
  {
    name: 'kernel-alone',
    because: 'the kernel imports nothing: no module, no package',
    breaks: ({ from, to }) => folderOf(from) === 'kernel' && folderOf(to) !== 'kernel',
  },
  {
    name: 'rules-pure',
    because:
      'rules, and all of access, import kernel, access and rules, and no more of an entity than its types',
    breaks: ({ from, to, isPackage, isTypeOnly }) =>
      (from.endsWith('.rules.ts') || folderOf(from) === 'access') &&
      (isPackage || !(isPure(to) || (isEntity(to) && isTypeOnly))),
  },
  {
    name: 'entities-plain',
    because: 'an entity imports kernel, the column kinds, entities and types of access',
    breaks: ({ from, to, isPackage, isTypeOnly }) =>
      isEntity(from) &&
      !isPackage &&
      !(
        isEntity(to) ||
        to === 'platform/columns.ts' ||
        folderOf(to) === 'kernel' ||
        (folderOf(to) === 'access' && isTypeOnly)
      ),
  },
  {
    name: 'types-plain',
    because:
      'a type of the API imports kernel, platform/graphql, other such types, and no more of the rest than types',
    breaks: ({ from, to, isPackage, isTypeOnly }) =>
      from.endsWith('.types.ts') && !isPackage && !isTypeOnly && !(isEdge(to) || folderOf(to) === 'kernel'),
  },
  {
    name: 'resolvers-thin',
    because: 'a resolver calls services: an entity is a type to it at most',
    breaks: ({ from, to, isTypeOnly }) => from.endsWith('.resolver.ts') && isEntity(to) && !isTypeOnly,
  },
  {
    name: 'graphql-at-the-edge',
    because: 'services, rules and entities do not know the API that shows them',
    breaks: ({ from, to, isPackage }) =>
      !isPackage && !isRoot(from) && !isEdge(from) && folderOf(from) !== 'platform' && isEdge(to),
  },
  {
    name: 'packages-in-place',
    because: 'a package is imported only where test/architecture/law.ts lets it be',
    breaks: ({ from, to, isPackage, isTypeOnly }) => {
      if (!isPackage || (to === 'pino' && isTypeOnly)) return false;
      return !packages.some(([names, where]) => names.test(to) && where.test(from));
    },
  },
  {
    name: 'changes-audited',
    because: 'what somebody changes goes through mutate of audit/, which leaves an entry in the audit trail',
    breaks: ({ from, to, isPackage, isTypeOnly }) =>
      !isPackage &&
      !isTypeOnly &&
      to === 'platform/idempotency.ts' &&
      !isRoot(from) &&
      folderOf(from) !== 'audit',
  },
  {
    name: 'no-barrels',
    because: 'a name is imported from the file that has it',
    breaks: ({ isReexport }) => isReexport,
  },
];

/** What no file's text may hold, but those named. */
const words: readonly { name: string; because: string; pattern: RegExp; in: RegExp; but: RegExp }[] = [
  {
    name: 'environment-in-config',
    because: 'src/config.ts is the only reader of the environment',
    pattern: /\bprocess\.env\b|\bfrom 'node:process'/,
    in: /./,
    but: /^config\.ts$/,
  },
  {
    name: 'rules-timeless',
    because: 'kernel and rules get the time and all chance as arguments',
    pattern: /\bnew Date\(\)|\bDate\.now\(|\bMath\.random\(|\bcrypto\b/,
    in: /\.rules\.ts$|^(kernel|access)\//,
    but: /^kernel\/clock\.ts$/,
  },
];

export const ruleNames: readonly string[] = [...rules, ...words].map(({ name }) => name);

/** Every breach of the law in these files. */
export function breachesOf(files: readonly SourceFile[]): Breach[] {
  return files.flatMap(({ path, text, imports }) => [
    ...imports.flatMap((one) =>
      rules
        .filter((rule) => rule.breaks(one))
        .map(({ name, because }) => ({ rule: name, because, where: `${path} → ${one.to}` })),
    ),
    ...words
      .filter((word) => word.in.test(path) && !word.but.test(path) && word.pattern.test(text))
      .map(({ name, because }) => ({ rule: name, because, where: path })),
  ]);
}
