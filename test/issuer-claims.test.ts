import { expect, test } from '@jest/globals';
import { assert, dictionary, jsonValue, oneof, property, constantFrom } from 'fast-check';
import type { Role } from '../src/access/actor.ts';
import { type Claims, emailIn, type IssuerSettings, nameIn, rightsIn } from '../src/identity/issuer.rules.ts';
import { isEmailAddress, isStorable } from '../src/kernel/text.ts';

const roles: [string, Role[]][] = [
  ['mitra', ['PARTNER']],
  ['semua', ['AUDITOR', 'ADMIN']],
  ['wilayah', ['COORDINATOR', 'VILLAGE']],
];
const settings = (name: string): IssuerSettings => ({
  issuer: 'https://id.test',
  audience: 'hub',
  algorithms: ['RS256'],
  clockSkewSeconds: 30,
  claims: { roles: name, partner: 'partner', areas: 'areas', villages: 'villages' },
  roles: new Map(roles),
});
const NOTHING = { roles: [], partner: null, areas: [], villages: [] };

test.each<[name: string, claims: Claims, roles: Role[]]>([
  ['roles', { roles: ['mitra', 'mitra', 'lain'] }, ['PARTNER']],
  ['roles', { roles: 'mitra semua' }, ['ADMIN', 'AUDITOR', 'PARTNER']],
  ['roles', { roles: ['mitra semua'] }, []],
  ['roles', { roles: [['mitra']] }, []],
  ['roles', { roles: { mitra: true } }, []],
  ['roles', {}, []],
  ['realm_access.roles', { realm_access: { roles: ['semua'] } }, ['ADMIN', 'AUDITOR']],
  ['realm_access.roles', { realm_access: ['semua'] }, []],
  ['https://kb.test/roles', { 'https://kb.test/roles': ['mitra'] }, ['PARTNER']],
  ['a.b', { 'a.b': ['mitra'], a: { b: ['semua'] } }, ['PARTNER']],
  ['constructor.name', {}, []],
  ['__proto__', {}, []],
])('of %s in %j the roles are %j', (name, claims, given) => {
  expect(rightsIn(claims, settings(name)).roles).toEqual(given);
});

test('what belongs to a role comes with it alone', () => {
  const belongings = { partner: 'dinkes', areas: '36.01 36.02', villages: ['36.01.01.2001'] };
  expect(rightsIn({ roles: 'semua', ...belongings }, settings('roles'))).toEqual({
    ...NOTHING,
    roles: ['ADMIN', 'AUDITOR'],
  });
  expect(rightsIn({ roles: 'mitra wilayah', ...belongings }, settings('roles'))).toEqual({
    roles: ['COORDINATOR', 'PARTNER', 'VILLAGE'],
    partner: 'dinkes',
    areas: ['36.01', '36.02'],
    villages: ['36.01.01.2001'],
  });
  const two = { roles: 'mitra', partner: ['dinkes', 'dindik'] };
  expect(rightsIn(two, settings('roles')).partner).toBeNull();
});

test.each<[claims: Claims, name: string, email: string | null]>([
  [{ name: ' Siti\nAminah ', preferred_username: 'siti' }, 'Siti Aminah', null],
  [{ name: ' ', preferred_username: 'siti' }, 'siti', null],
  [{ name: 7 }, 'sub', null],
  [{ name: 'x'.repeat(300) }, 'x'.repeat(200), null],
  [{ email: ' Siti@Kita.test', email_verified: true }, 'sub', 'siti@kita.test'],
  [{ email: 'siti@kita.test', email_verified: 'true' }, 'sub', null],
  [{ email: 'siti', email_verified: true }, 'sub', null],
  [{ email: `${'x'.repeat(250)}@kita.test`, email_verified: true }, 'sub', null],
])('of %j name and address are %s, %s', (claims, name, email) => {
  expect([nameIn(claims, 'sub'), emailIn(claims)]).toEqual([name, email]);
});

test('whatever claims are, they give what the database can hold, and no role that is not configured', () => {
  const names = constantFrom('roles', 'partner', 'areas', 'villages', 'name', 'email', 'email_verified');
  const values = oneof(jsonValue(), constantFrom('mitra', 'semua', 'ADMIN', 'a\u0000b', '\ud800'));
  assert(
    property(dictionary(names, values), (claims) => {
      const { roles: given, partner, areas, villages } = rightsIn(claims, settings('roles'));
      const known = new Set(roles.flatMap(([, some]) => some));
      expect(given.filter((role) => !known.has(role))).toEqual([]);
      expect([partner ?? '', ...areas, ...villages].filter((text) => !isStorable(text))).toEqual([]);
      const name = nameIn(claims, 'sub');
      expect([name === name.trim(), isStorable(name), /\p{Cc}/u.test(name)]).toEqual([true, true, false]);
      expect(Array.from(name).length >= 1 && Array.from(name).length <= 200).toBe(true);
      expect(isEmailAddress(emailIn(claims) ?? 'a@b')).toBe(true);
    }),
  );
});
