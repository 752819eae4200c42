import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { extendSchema, type GraphQLObjectType, parse } from 'graphql';
import { privateFields } from '../src/access/api-access.ts';
import { accessFaultsOf, assertFieldsRuled } from '../src/platform/graphql/field-access.ts';
import { perViewer } from '../src/platform/graphql/shared-execution.ts';
import { createSchema } from '../src/schema.ts';
import { accessTable } from './support/access-doc.ts';

const schema = await createSchema();

test('every field of the API has a rule, and every rule a field', () => {
  expect(accessFaultsOf(schema)).toEqual([]);
  expect(Object.keys(privateFields).length).toBeGreaterThan(5);
});

test('docs/access.md shows the table as it is', async () => {
  expect(await readFile('docs/access.md', 'utf8')).toContain(`\n${accessTable()}\n`);
});

test.each([
  ['Query', 'everyAccount'],
  ['Viewer', 'passwordHash'],
  ['Mutation', 'becomeAdmin'],
])('a new field %s.%s that nobody has ruled on is found', (type, name) => {
  const planted = extendSchema(schema, parse(`extend type ${type} { ${name}: String }`));
  expect(accessFaultsOf(planted)).toEqual([`${type}.${name} has no rule`]);
  expect(() => assertFieldsRuled(planted)).toThrow(`${type}.${name} has no rule`);
});

test('a private field that readers of a feed would share is found, and so is the other way round', async () => {
  const planted = await createSchema();
  const fieldsOf = (type: string) => (planted.getType(type) as GraphQLObjectType).getFields();
  fieldsOf('Pledge')['note']!.extensions = {};
  fieldsOf('Viewer')['name']!.extensions = perViewer;
  expect(accessFaultsOf(planted).toSorted()).toEqual([
    'Pledge.note is private, and not perViewer',
    'Viewer.name is perViewer, and not private',
  ]);
});
