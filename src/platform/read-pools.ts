import type { Logger } from 'pino';
import {
  ASKER_CONNECTIONS,
  ASKER_IDLE_MS,
  PROMPT_SILENCE_MS,
  READ_LIFETIME_SECONDS,
  READ_ONLY,
  READ_SETTINGS,
  READ_SILENCE_MS,
} from './database-settings.ts';
import { Canceller } from './canceller.ts';
import { FairQueue } from './fair-queue.ts';
import type { Meter } from './meter.ts';
import { idleOf, openPool } from './pool.ts';
import { readTypes } from './prepared.ts';
import { ReadPool } from './read-pool.ts';
import { READER_ROLE, READER_SCHEMA } from './reader-role.ts';
import { Wires } from './wires.ts';

export interface ReadPoolOptions {
  url: string;
  readConnections: number;
  /** Whether the reader's role is there to be taken (reader-role.ts). */
  hasReader: boolean;
  logger: Logger;
  meter: Meter;
  /** Hears that the database was silent for too long. */
  onSilence: () => void;
}

/** The pools of connections that cannot write. */
export interface ReadPools {
  /** For answers, dealt out fairly among those who ask. */
  reads: ReadPool;
  /** The same, for what no crowd may hold up. */
  prompt: ReadPool;
  /** With the rights of the database's owner, for the hub itself. */
  system: ReadPool;
  /** The same, to find out who asks. */
  askers: ReadPool;
  wires: readonly Wires[];
  /** Ends statements of `reads` for which nobody waits. */
  canceller: Canceller;
  /** Each drops connections of one pool that nobody uses at that moment. */
  dropIdle: readonly (() => void)[];
}

export function openReadPools(options: ReadPoolOptions): ReadPools {
  const { url, readConnections, hasReader, logger, meter, onSilence } = options;
  const patient = new Wires({ silenceMs: READ_SILENCE_MS });
  const prompt = new Wires({ silenceMs: PROMPT_SILENCE_MS, onSilence });
  const system = { connectionString: url, types: readTypes, options: READ_ONLY };
  const role = hasReader ? ` -c role=${READER_ROLE}` : '';
  const reading = { ...system, options: `${READ_SETTINGS} -c search_path=${READER_SCHEMA},public${role}` };
  const lifetime = { maxLifetimeSeconds: READ_LIFETIME_SECONDS };
  const systemMax = Math.ceil(readConnections / 2);
  const systemPool = openPool({ ...system, ...lifetime, max: systemMax }, patient, logger);
  const readers = { ...reading, ...lifetime, max: readConnections, pipeline: true };
  const readPool = openPool(readers, patient, logger);
  // Who asks is looked up for everybody at once: a connection that died in silence must not hold them all for long.
  const askers = { ...lifetime, max: ASKER_CONNECTIONS, idleTimeoutMillis: ASKER_IDLE_MS, pipeline: true };
  const askerPool = openPool({ ...system, ...askers }, prompt, logger);
  const promptPool = openPool({ ...reading, max: 1 }, prompt, logger);
  const canceller = new Canceller(url, logger);
  return {
    reads: new ReadPool(readPool, meter, new FairQueue(readConnections), canceller.cancel),
    prompt: new ReadPool(promptPool, meter),
    system: new ReadPool(systemPool, meter),
    askers: new ReadPool(askerPool, meter),
    wires: [patient, prompt],
    canceller,
    dropIdle: [systemPool, askerPool, readPool].map((pool) => idleOf(pool)),
  };
}
