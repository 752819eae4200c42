import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

const isForAll = (field: GraphQLField<unknown, unknown>) =>
  field.extensions['perViewer'] !== true && !field.args.some(isRequiredArgument);

/** Every field of a type, to that depth, which is not declared to differ by viewer and demands no argument. */
export function allFieldsForAll(type: GraphQLObjectType, depth: number): string {
  const selections = Object.values(type.getFields())
    .filter(isForAll)
    .map((field) => {
      const of = getNamedType(field.type);
      if (isLeafType(of)) return field.name;
      if (!isObjectType(of) || depth === 0) return null;
      const paged = field.args.some(({ name }) => name === 'first') ? '(first: 1)' : '';
      return `${field.name}${paged} ${allFieldsForAll(of, depth - 1)}`;
    })
    .filter((selection) => selection !== null);
  return `{ __typename ${selections.join(' ')} }`;
}

/** The fields of the schema that differ by viewer, as `Type.field`. */
export function fieldsPerViewer(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return types
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter(({ extensions }) => extensions['perViewer'] === true)
        .map(({ name }) => `${type.name}.${name}`),
    )
    .toSorted();
}
