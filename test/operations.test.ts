// The project's own operations and the examples of the page at `/`, held against the schema.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildSchema, getVariableValues, Kind, parse, validate } from 'graphql';
import type { DocumentNode, GraphQLObjectType, OperationDefinitionNode } from 'graphql';

interface ExampleGroup {
  title: Text;
  examples: { title: Text; document: string; variables?: Record<string, unknown> }[];
}
interface Text {
  id: string;
  en: string;
}

const OPERATIONS = 'schema/operations';
const schemaPath = ['schema/schema.graphql', 'schema/contract.graphql'].find((path) => existsSync(path));
const schema = buildSchema(readFileSync(schemaPath ?? 'schema/schema.graphql', 'utf8'));
const files = readdirSync(OPERATIONS).filter((file) => file.endsWith('.graphql'));
const sources = new Map(files.map((file) => [file, readFileSync(join(OPERATIONS, file), 'utf8')]));
const all = parse([...sources.values()].join('\n'));

const groups = JSON.parse(
  execFileSync(process.execPath, ['workbench/examples.ts'], { encoding: 'utf8' }),
) as ExampleGroup[];
const examples = groups.flatMap((group) => group.examples);

function operationsOf(document: DocumentNode): OperationDefinitionNode[] {
  return document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
}

function rootTypes(): GraphQLObjectType[] {
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return types.filter((type) => type != null);
}

test('every operation is valid against the schema, and every fragment is used', () => {
  expect(validate(schema, all).map((error) => error.message)).toEqual([]);
});

test('every operation has a name of its own and a first line that says what it does', () => {
  const names = operationsOf(all).map((operation) => operation.name?.value);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
  const silent = [...sources].filter(([, source]) => !source.startsWith('# ')).map(([file]) => file);
  expect(silent).toEqual([]);
});

test('every root field has an operation', () => {
  const covered = new Set(
    operationsOf(all).flatMap(({ selectionSet }) =>
      selectionSet.selections.map((node) => (node.kind === Kind.FIELD ? node.name.value : '')),
    ),
  );
  const missing = rootTypes()
    .flatMap((type) => Object.keys(type.getFields()))
    .filter((name) => !covered.has(name));
  expect(missing).toEqual([]);
});

test.each(examples.map((example) => [example.title.en, example] as const))(
  'the example "%s" stands alone and its variables fit',
  (_title, example) => {
    const document = parse(example.document);
    expect(validate(schema, document).map((error) => error.message)).toEqual([]);
    const [operation, ...others] = operationsOf(document);
    expect(others).toEqual([]);
    const values = getVariableValues(schema, operation?.variableDefinitions ?? [], example.variables ?? {});
    expect(values.errors?.map((error) => error.message) ?? []).toEqual([]);
  },
);

test('every example has its title in both languages', () => {
  const titles = [...groups, ...examples].map(({ title }) => title);
  expect(titles.filter(({ id, en }) => !id || !en)).toEqual([]);
  expect(new Set(examples.map(({ title }) => title.en)).size).toBe(examples.length);
});
