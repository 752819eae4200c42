import {
  type GraphQLSchema,
  Kind,
  parse,
  print,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** A query whose arguments are all variables, and the values that they had. */
export interface Lifted {
  query: string;
  variables: Record<string, unknown>;
}

/** The same query with a variable for each argument. */
export function withVariables(text: string, schema: GraphQLSchema): Lifted {
  const info = new TypeInfo(schema);
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const document = visit(
    parse(text),
    visitWithTypeInfo(info, {
      Argument: (node) => {
        const name = `v${definitions.length}`;
        definitions.push(`$${name}: ${String(info.getArgument()!.type)}`);
        variables[name] = valueFromASTUntyped(node.value);
        return { ...node, value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } };
      },
    }),
  );
  const head = definitions.length === 0 ? 'query' : `query (${definitions.join(', ')})`;
  return { query: `${head} ${print(document)}`, variables };
}
