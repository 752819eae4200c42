import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
// What graphql-js itself collects by: merging, fragments, @skip and @include are its own.
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { getArgumentValues } from 'graphql/execution/values.js';

/** One field of an answer. */
export interface SelectedField {
  /** Its name in the answer. */
  key: string;
  name: string;
  /** What the schema says of it; null for `__typename`. */
  definition: GraphQLField<unknown, unknown> | null;
  nodes: readonly FieldNode[];
}

/** An object type and what is asked of it. */
export interface SelectedType {
  name: string;
  fields: SelectedField[];
}

/** Reads the selections of one operation with its variables, as graphql-js would when it executes it. */
export class Selections {
  private readonly schema: GraphQLSchema;
  private readonly fragments: Record<string, FragmentDefinitionNode> = {};
  private readonly variables: Record<string, unknown>;

  constructor(
    schema: GraphQLSchema,
    definitions: readonly { kind: Kind }[],
    variables: Record<string, unknown>,
  ) {
    this.schema = schema;
    this.variables = variables;
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      const fragment = definition as FragmentDefinitionNode;
      this.fragments[fragment.name.value] = fragment;
    }
  }

  ofOperation(operation: OperationDefinitionNode, type: GraphQLObjectType): SelectedField[] {
    const { schema, fragments, variables } = this;
    return named(type, collectFields(schema, fragments, variables, type, operation.selectionSet));
  }

  /** Null for a field whose type is an interface or a union. */
  under({ definition, nodes }: SelectedField): SelectedType | null {
    const type = getNamedType(definition!.type);
    if (!isObjectType(type)) return null;
    const { schema, fragments, variables } = this;
    const fields = collectSubfields(schema, fragments, variables, type, nodes);
    return { name: type.name, fields: named(type, fields) };
  }

  /** Throws GraphQLError where a variable does not fit. */
  argumentsOf({ definition, nodes }: SelectedField): Record<string, unknown> {
    return getArgumentValues(definition!, nodes[0]!, this.variables);
  }
}

function named(type: GraphQLObjectType, fields: ReadonlyMap<string, readonly FieldNode[]>): SelectedField[] {
  const definitions = type.getFields();
  return Array.from(fields, ([key, nodes]) => {
    const name = nodes[0]!.name.value;
    return { key, name, nodes, definition: definitions[name] ?? null };
  });
}
