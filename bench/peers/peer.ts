import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { once } from 'node:events';
import pg from 'pg';
import { answerParent } from '../child.ts';

const HOST = '127.0.0.1';
export const LISTEN = { host: HOST, port: 0 } as const;
/** As many connections as the hub has for reads and writes together. */
export const CONNECTIONS = 20;

/** The header that says who claims: peers take its word, where the hub verifies a token. */
export const PARTNER_HEADER = 'x-partner';

/** The hub's own schema, of which a peer resolves what the workloads ask for. */
export function schemaText(): string {
  return readFileSync('schema/schema.graphql', 'utf8');
}

export function openPool(connectionString: string): pg.Pool {
  return new pg.Pool({ connectionString, max: CONNECTIONS });
}

/** The port of a server that is told to listen. */
export async function listening(server: Server): Promise<number> {
  server.listen(LISTEN);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Runs a peer in this process, on the database whose address is its argument; `start` answers its port. */
export async function servePeer(start: (databaseUrl: string) => Promise<number>): Promise<void> {
  const port = await start(process.argv[2]!);
  answerParent(() => `http://${HOST}:${port}/graphql`);
}
