import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** For `@Extensions`: the most entries that a list without `first` can hold. */
export const entries = (most: number): { entries: number } => ({ entries: most });

/** For `@Extensions`: the most characters of a text, or of each text in a list. */
export const characters = (most: number): { characters: number } => ({ characters: most });

/** A list of these, such as `nodes` and `edges`, is as long as the connection is asked to be. */
const isConnection = (name: string): boolean => name.endsWith('Connection') || name === 'SuggestedNeeds';

const isList = ({ type }: Field): boolean => isListType(getNullableType(type));

/** What the schema declares as the most entries of a list; null for a page, and for a list that declares nothing. */
export function declaredEntries(field: Field): number | null {
  const { entries: most } = field.extensions;
  if (typeof most === 'number') return most;
  // No such list holds an entry twice.
  const named = getNamedType(field.type);
  return isEnumType(named) ? named.getValues().length : null;
}

/** A text weighs one field, and one more for each so many characters that it may have. */
const CHARACTERS_PER_FIELD = 100;

/** How many fields a scalar or enum counts for, by the most characters it may have. */
export function leafWeight({ type, extensions }: Field): number {
  const { characters: most } = extensions;
  if (getNamedType(type).name !== 'String' || typeof most !== 'number') return 1;
  return 1 + Math.floor(most / CHARACTERS_PER_FIELD);
}

function faultsOf(type: GraphQLObjectType | GraphQLInterfaceType): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const isPaged = isConnection(type.name) || field.args.some(({ name }) => name === 'first');
    const path = `${type.name}.${field.name}`;
    const faults: string[] = [];
    if (isList(field) && !isPaged && declaredEntries(field) === null) faults.push(`${path}: entries(…)`);
    const isText = getNamedType(field.type).name === 'String';
    if (isText && typeof field.extensions['characters'] !== 'number') faults.push(`${path}: characters(…)`);
    return faults;
  });
}

/** The lists and texts of a schema of which nobody declared how large they can be, and what is missing. */
export function undeclaredBounds(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  return types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? faultsOf(type) : []));
}

/** Throws for a schema with such a field: an answer whose size is not known cannot be counted before it is made. */
export function assertBoundsDeclared(schema: GraphQLSchema): void {
  const faults = undeclaredBounds(schema);
  if (faults.length === 0) return;
  throw new Error(`Declare the greatest size of these, by @Extensions:\n  ${faults.join('\n  ')}`);
}
