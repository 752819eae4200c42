import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { useEffect, useState } from 'react';
import { type Connection, INTROSPECTION } from './connection.ts';

/** The hub's schema; null while it is not known, and where the hub keeps it to itself (INTROSPECTION=false). */
export function useSchema(connection: Connection): GraphQLSchema | null {
  const [schema, setSchema] = useState<GraphQLSchema | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    const query = getIntrospectionQuery({ inputValueDeprecation: true });
    const read = async (): Promise<void> => {
      const answer = await connection.send({ query, operationName: INTROSPECTION }, controller.signal);
      const { data } = answer as { data?: IntrospectionQuery | null };
      if (data) setSchema(buildClientSchema(data));
    };
    // The editors work without a schema, only without completion.
    read().catch(() => undefined);
    return () => controller.abort();
  }, [connection]);
  return schema;
}
