import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { bundleVerdict, inlinedIn } from '../scripts/bundle-rules.ts';
import {
  auditVerdict,
  billVerdict,
  isAllowed,
  licencesOf,
  type LockedPackage,
  withoutDevelopment,
} from '../scripts/release-rules.ts';

test.each([
  ['MIT', true],
  ['(MIT AND BSD-3-Clause)', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['GPL-3.0-only OR AGPL-3.0-only', false],
  ['MIT AND GPL-3.0-only', false],
  ['GPL-3.0-only', false],
  ['SEE LICENSE IN LICENSE', false],
  ['UNLICENSED', false],
  ['constructor', false],
  ['', false],
])('the licence %s is allowed: %s', (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed);
});

test('packages of the hub are looked at, tools of development are not, and a licence that is not told is refused', () => {
  const packages: Record<string, LockedPackage> = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', license: 'MIT' },
    'node_modules/b': { version: '2.0.0', license: 'AGPL-3.0-only' },
    'node_modules/a/node_modules/@x/c': { version: '3.0.0' },
    'node_modules/d': { version: '4.0.0', license: 'AGPL-3.0-only', dev: true },
  };
  expect(licencesOf(packages)).toEqual({
    counts: { MIT: 1, 'AGPL-3.0-only': 1, 'none told': 1 },
    refused: ['b@2.0.0: AGPL-3.0-only', '@x/c@3.0.0: none told'],
  });
});

test('all packages that the hub runs with have a licence that is allowed', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const { counts, refused } = licencesOf(lock.packages);
  expect(refused).toEqual([]);
  expect(counts['MIT']).toBeGreaterThan(50);
});

const report = (vulnerabilities: object) =>
  JSON.stringify({ auditReportVersion: 2, metadata: { vulnerabilities } });

test.each([
  [report({ info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 }), true, 'no known vulnerability'],
  [report({ info: 0, low: 1, moderate: 0, high: 2, critical: 0, total: 3 }), false, '1 low, 2 high'],
  ['{"message":"audit endpoint returned an error"}', false, 'the registry answered no audit'],
  ['', false, 'the registry answered no audit'],
  ['<html>', false, 'the registry answered no audit'],
])('an audit that says %s passes: %s', (output, ok, said) => {
  expect(auditVerdict(output)).toEqual({ ok, said: expect.stringContaining(said) });
});

const component = (name: string) => ({ name, version: '1.0.0' });
const locked: Record<string, LockedPackage> = {
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a/node_modules/@x/b': { version: '1.0.0' },
  'node_modules/tool': { version: '1.0.0', dev: true },
};

test('a bill of materials is CycloneDX and names all that the hub runs with', () => {
  const bill = (...components: object[]) =>
    JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', components });
  expect(billVerdict(bill(component('a'), component('@x/b')), locked)).toEqual({
    ok: true,
    said: 'CycloneDX 1.5, 2 components',
  });
  expect(billVerdict(bill(component('a')), locked)).toEqual({
    ok: false,
    said: 'CycloneDX 1.5, 1 components; without @x/b@1.0.0',
  });
  expect(billVerdict('{}', {}).ok).toBe(false);
});

test('it is made from a lockfile without tools of development', () => {
  const lock = {
    lockfileVersion: 3,
    packages: { '': { version: '1', devDependencies: { tool: '1' } }, ...locked },
  };
  const { 'node_modules/tool': _, ...running } = locked;
  expect(withoutDevelopment(lock)).toEqual({
    lockfileVersion: 3,
    packages: { '': { version: '1' }, ...running },
  });
});

const PURIFY = '/*! @license DOMPurify 3.1.7 | (c) Cure53 and other contributors */\nfunction a() {}';

test.each([
  [
    'node_modules/monaco-editor/esm/vs/base/browser/dompurify/dompurify.js',
    PURIFY,
    ['DOMPurify 3.1.7 in monaco-editor'],
  ],
  [
    'node_modules/a/lib.js',
    '/**\n * marked v4.0.10 - a parser\n * @license MIT\n */',
    ['marked 4.0.10 in a'],
  ],
  ['node_modules/dompurify/dist/purify.js', PURIFY, []],
  ['node_modules/a/node_modules/@x/y/index.js', '/*! lodash.js 4.17.20 */', ['lodash 4.17.20 in @x/y']],
  ['node_modules/a/index.js', '/* just a comment of 1.2.3 */ const version = "a 1.2.3";', []],
  ['workbench/page/app.tsx', PURIFY, []],
])('a library that is copied into %s is named', (path, text, found) => {
  expect(inlinedIn({ path, text })).toEqual(found);
});

test('a bundle is made of packages of the lockfile, with allowed licences', () => {
  const packages = { 'node_modules/a': { license: 'MIT' }, 'node_modules/b': { license: 'GPL-3.0-only' } };
  const file = (path: string) => ({ path, text: '' });
  expect(bundleVerdict([file('node_modules/a/x.js'), file('workbench/page/app.tsx')], packages)).toEqual({
    ok: true,
    said: '1 packages, no copied libraries',
  });
  const { ok, said } = bundleVerdict([file('node_modules/b/x.js'), file('node_modules/c/x.js')], packages);
  expect([ok, said]).toEqual([false, expect.stringMatching(/b is not in.*c is not in/)]);
});
