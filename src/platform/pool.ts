import pg from 'pg';
import type { Logger } from 'pino';
import type { Wires } from './wires.ts';

/** A pool on such wires; lost connections are logged, and replaced when they are needed. */
export function openPool(config: pg.PoolConfig, wires: Wires, logger: Logger): pg.Pool {
  const pool = new pg.Pool({ ...config, stream: wires.open });
  // A connection that is lost tells its pool only while it is idle; unheard, its error would end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      // The hub's own server may be gone before a connection that says goodbye to it.
      if (!pool.ending) logger.warn({ err: error }, 'a connection of a pool was lost');
    });
  });
  pool.on('error', () => undefined);
  return pool;
}

/** Answers how to drop the pool's connections that nobody uses at that moment; new ones are made when needed. */
export function idleOf(pool: pg.Pool): () => void {
  const idle = new Set<pg.Client>();
  pool.on('release', (_, client) => idle.add(client));
  pool.on('acquire', (client) => idle.delete(client));
  pool.on('remove', (client) => idle.delete(client));
  return () => {
    for (const client of idle) client.connection.stream.destroy();
  };
}
