import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { openFields, privateFields, rootAccess } from '../../access/api-access.ts';

const roots: Readonly<Record<string, object>> = rootAccess;

function ruledFieldsOf({ name }: GraphQLObjectType): Set<string> {
  if (name in roots) return new Set(Object.keys(roots[name]!));
  const open = Object.entries(openFields).flatMap(([type, fields]) =>
    type === name || (type.startsWith('*') && name.endsWith(type.slice(1))) ? fields.split(/\s+/) : [],
  );
  const own = Object.keys(privateFields).flatMap((path) =>
    path.startsWith(`${name}.`) ? [path.slice(name.length + 1)] : [],
  );
  return new Set([...open, ...own]);
}

/**
 * What the tables of access/api-access.ts and the schema do not say alike, one line a fault: fields without a rule,
 * rules without a field, private fields that readers of one feed would share, and shared ones that are private.
 */
export function accessFaultsOf(schema: GraphQLSchema): string[] {
  const faults: string[] = [];
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const known = new Set<string>();
  for (const type of types.filter(({ name }) => !name.startsWith('__'))) {
    const ruled = ruledFieldsOf(type);
    for (const [name, field] of Object.entries(type.getFields())) {
      const path = `${type.name}.${name}`;
      known.add(path);
      if (!ruled.has(name)) faults.push(`${path} has no rule`);
      const differs = field.extensions['perViewer'] === true;
      if (differs !== path in privateFields) {
        faults.push(
          differs ? `${path} is perViewer, and not private` : `${path} is private, and not perViewer`,
        );
      }
    }
  }
  const named = [
    ...Object.entries(roots).flatMap(([type, fields]) =>
      Object.keys(fields).map((name) => `${type}.${name}`),
    ),
    ...Object.entries(openFields)
      .filter(([type]) => !type.startsWith('*'))
      .flatMap(([type, fields]) => fields.split(/\s+/).map((name) => `${type}.${name}`)),
    ...Object.keys(privateFields),
  ];
  return [...faults, ...named.filter((path) => !known.has(path)).map((path) => `${path} is no field`)];
}

/** Throws for a schema with a field of which nobody has said who may see it. */
export function assertFieldsRuled(schema: GraphQLSchema): void {
  const faults = accessFaultsOf(schema);
  if (faults.length === 0) return;
  throw new Error(`Say in src/access/api-access.ts who may see these:\n  ${faults.join('\n  ')}`);
}
