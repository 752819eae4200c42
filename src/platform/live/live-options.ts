import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { AddressBounds } from '../address-bounds.ts';
import type { ContextOf } from '../graphql/context.ts';
import type { Documents } from '../graphql/documents.ts';
import type { PersistedOperations } from '../graphql/persisted-operations.ts';
import type { Origins } from '../origins.ts';
import type { Connections } from './connections.ts';

/** What every transport of live results stands on. */
export interface LiveOptions {
  schema: GraphQLSchema;
  documents: Documents;
  persisted: PersistedOperations;
  contextOf: ContextOf;
  connections: Connections;
  addresses: AddressBounds;
  /** Pages that may ask. */
  origins: Origins;
  /** Whether an address is a proxy's that tells whom it speaks for, so many hops away. */
  isProxy: (address: string, hop: number) => boolean;
  /** So often a reader is asked whether it is there; one that does not answer until the next time is broken off. */
  heartbeatMs: number;
  logger: Logger;
}
