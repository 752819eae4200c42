import { execFileSync } from 'node:child_process';
import {
  type DocumentNode,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  getOperationAST,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
  Kind,
  parse,
  print,
  typeFromAST,
} from 'graphql';
import * as operations from '../../client/operations.ts';

/** The documents of the typed client, as it sends them. */
export const clientDocuments: DocumentNode[] = Object.values(operations)
  .filter((value): value is typeof operations.NeedDocument => typeof value === 'object' && 'kind' in value)
  .filter(({ definitions: [first] }) => first!.kind === Kind.OPERATION_DEFINITION);

/** The texts of the examples on the page at `/`. */
export const exampleTexts: string[] = (
  JSON.parse(execFileSync(process.execPath, ['workbench/examples.ts'], { encoding: 'utf8' })) as {
    examples: { document: string }[];
  }[]
).flatMap(({ examples }) => examples.map(({ document }) => document));

/** The whole schema, as the tools of GraphQL ask for it. */
export const introspection = getIntrospectionQuery({
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
});

/** Every text that comes from this project. */
export const ownTexts: string[] = [
  ...clientDocuments.map((document) => print(document)),
  ...exampleTexts,
  introspection,
];

const scalars: Record<string, unknown> = { Date: '2026-03-02', Rupiah: 1, Int: 1, Float: 1, Boolean: true };

/** Any value of an input type. */
function valueOf(type: GraphQLInputType): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [];
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (!isInputObjectType(bare)) return scalars[getNamedType(bare).name] ?? 'x';
  const required = Object.values(bare.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((field) => [field.name, valueOf(field.type)]));
}

/** Variables with which an operation is as large as it can be: full pages, and whatever else it demands. */
export function greatestVariables(schema: GraphQLSchema, text: string): Record<string, unknown> {
  const operation = getOperationAST(parse(text))!;
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable: { name }, type }) => {
      if (name.value === 'first') return [[name.value, 100]];
      return type.kind === Kind.NON_NULL_TYPE
        ? [[name.value, valueOf(typeFromAST(schema, type) as GraphQLInputType)]]
        : [];
    }),
  );
}
