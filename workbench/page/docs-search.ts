import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

export type AnyField = GraphQLField<unknown, unknown> | GraphQLInputField;

/** A type, or a field of it. */
export interface DocsEntry {
  parent: string;
  field: string | null;
}

const MAX_FOUND = 60;

export const isSame = (one: DocsEntry, other: DocsEntry): boolean =>
  one.parent === other.parent && one.field === other.field;

/** The fields of a type by name; none for a type that has no fields. */
export function fieldsOf(type: GraphQLNamedType): Readonly<Record<string, AnyField>> {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? type.getFields() : {};
}

/** Types and fields whose names hold the text, those that begin with it first. */
export function found(schema: GraphQLSchema, search: string): DocsEntry[] {
  const text = search.trim().toLowerCase();
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const entries = types.flatMap((type): DocsEntry[] => [
    { parent: type.name, field: null },
    ...Object.keys(fieldsOf(type)).map((field) => ({ parent: type.name, field })),
  ]);
  const place = ({ parent, field }: DocsEntry): number => (field ?? parent).toLowerCase().indexOf(text);
  return entries
    .filter((entry) => place(entry) >= 0)
    .toSorted((one, other) => Math.min(place(one), 1) - Math.min(place(other), 1))
    .slice(0, MAX_FOUND);
}
