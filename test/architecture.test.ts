import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readSources } from './architecture/imports.ts';
import { breachesOf, layers, ruleNames } from './architecture/law.ts';

const base = mkdtempSync(join(tmpdir(), 'sinergi-law-'));
afterAll(() => rmSync(base, { recursive: true }));

let planted = 0;

/** The rules that one file breaks when it stands alone in a src folder. */
function rulesBrokenBy(path: string, text: string): string[] {
  const root = join(base, String((planted += 1)));
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return breachesOf(readSources(root)).map(({ rule }) => rule);
}

test('the source keeps the import law', () => {
  const sources = readSources('src');
  expect(sources.length).toBeGreaterThan(100);
  expect(breachesOf(sources).map(({ rule, where }) => `${rule}: ${where}`)).toEqual([]);
});

test('every folder of src is a module of the law, or knows everything', () => {
  const folders = new Set(readSources('src').map(({ path }) => path.split('/').slice(0, -1)[0]));
  expect([...folders].filter((folder) => folder !== undefined).toSorted()).toEqual(
    [...layers, 'seed', 'tools'].toSorted(),
  );
});

const breaches: [rule: string, path: string, text: string][] = [
  ['downwards', 'needs/need.service.ts', `import type { Pledge } from '../pledges/pledge.entity.ts';`],
  ['downwards', 'areas/area.resolver.ts', `import { PartnerService } from '../partners/partner.service.ts';`],
  [
    'downwards',
    'partners/partner.service.ts',
    `const { VillageService } = await import('../villages/village.service.ts');`,
  ],
  ['roots-know-modules', 'platform/http.ts', `import { readConfig } from '../config.ts';`],
  [
    'roots-know-modules',
    'pledges/claim.service.ts',
    `import { demoAccounts } from '../seed/demo/accounts.ts';`,
  ],
  ['kernel-alone', 'kernel/ids.ts', `import type { Role } from '../access/actor.ts';`],
  ['kernel-alone', 'kernel/rupiah.ts', `import 'intl-messageformat';`],
  ['rules-pure', 'balance/balance.rules.ts', `import { Policy } from './policy.entity.ts';`],
  ['rules-pure', 'pledges/pledge.rules.ts', `import type { NeedService } from '../needs/need.service.ts';`],
  ['rules-pure', 'needs/need.rules.ts', `import { typeid } from 'typeid-js';`],
  ['rules-pure', 'access/reader.ts', `import type { Sql } from '../platform/database.ts';`],
  [
    'entities-plain',
    'needs/need.entity.ts',
    `import { VillageService } from '../villages/village.service.ts';`,
  ],
  ['types-plain', 'needs/need.types.ts', `import { needStatuses } from './need.entity.ts';`],
  ['resolvers-thin', 'pledges/pledge.resolver.ts', `import { Need } from '../needs/need.entity.ts';`],
  ['graphql-at-the-edge', 'needs/need.service.ts', `import type { NeedType } from './need.types.ts';`],
  [
    'graphql-at-the-edge',
    'events/outbox.ts',
    `import type { Context } from '../platform/graphql/context.ts';`,
  ],
  ['packages-in-place', 'feed/feed-tail.ts', `import pg from 'pg';`],
  ['packages-in-place', 'needs/need.resolver.ts', `import { sql } from 'kysely';`],
  [
    'packages-in-place',
    'needs/need.resolver.ts',
    `import type { EntityManager } from '@mikro-orm/postgresql';`,
  ],
  ['packages-in-place', 'needs/need.service.ts', `import leftPad from 'left-pad';`],
  ['changes-audited', 'needs/need.service.ts', `import { idempotent } from '../platform/idempotency.ts';`],
  ['no-barrels', 'needs/index.ts', `export { Need } from './need.entity.ts';`],
  ['environment-in-config', 'platform/logger.ts', `export const level = process.env.LOG_LEVEL;`],
  ['rules-timeless', 'pledges/pledge.rules.ts', `export const isDue = (due: Date) => due < new Date();`],
];

test.each(breaches)('%s is broken by %s with: %s', (rule, path, text) => {
  expect(rulesBrokenBy(path, text)).toContain(rule);
});

test('every rule of the law has a breach that proves it', () => {
  expect([...new Set(breaches.map(([rule]) => rule))].toSorted()).toEqual([...ruleNames].toSorted());
});

test.each([
  ['needs/need.rules.ts', `import type { NeedStatus } from './need.entity.ts';`],
  ['pledges/pledge.rules.ts', `import { remainingOf } from '../needs/need.rules.ts';`],
  ['identity/account.entity.ts', `import type { Role } from '../access/actor.ts';`],
  ['needs/need.types.ts', `import type { NeedStatus } from './need.entity.ts';`],
  ['pledges/pledge.resolver.ts', `import type { PledgeStatus } from './pledge.entity.ts';`],
  [
    'pledges/claim.service.ts',
    `import { Need } from '../needs/need.entity.ts';\nimport type { Logger } from 'pino';`,
  ],
  ['seed/seed.ts', `import { openDatabase } from '../app.ts';`],
  ['config.ts', `export const port = process.env.PORT;`],
])('%s may hold: %s', (path, text) => {
  expect(rulesBrokenBy(path, text)).toEqual([]);
});
