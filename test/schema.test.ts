import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { createSchema } from '../src/schema.ts';

const committed = await readFile('schema/schema.graphql', 'utf8');

test('schema/schema.graphql is what the resolvers make of the API; `npm run schema` writes it', async () => {
  expect(committed).toBe(`${printSchema(lexicographicSortSchema(await createSchema()))}\n`);
});

test('client/operations.ts is what codegen.yml makes of the operations; `npm run codegen` writes it', async () => {
  const check = promisify(execFile)(process.execPath, [
    'node_modules/@graphql-codegen/cli/cjs/bin.js',
    '--check',
    '--errors-only',
  ]);
  await expect(check).resolves.toMatchObject({ stdout: expect.any(String) });
});

describe('every type, field, argument and value says what it is', () => {
  const schema = buildSchema(committed);

  function silentIn(type: GraphQLNamedType): string[] {
    const silent: string[] = [];
    const check = (path: string, { description }: { description?: string | null }) => {
      if ((description ?? '').trim().length < 3) silent.push(path);
    };
    // The three roots need no words: their fields have them.
    if (
      ![schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type as never)
    ) {
      check(type.name, type);
    }
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name}:)`, argument);
      }
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    }
    return silent;
  }

  const own = (one: GraphQLSchema) =>
    Object.values(one.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

  test('in the schema', () => {
    expect(own(schema).flatMap(silentIn)).toEqual([]);
  });
});
