import { readFileSync } from 'node:fs';
import pg from 'pg';
import { Child } from './child.ts';
import type { Ground } from './ground.ts';
import { startHubProcess } from './hub-process.ts';
import type { Dialect } from './workloads.ts';

export const contestantNames = ['limit', 'hub', 'postgraphile', 'mercurius', 'yoga', 'apollo'] as const;
export type ContestantName = (typeof contestantNames)[number];
export const peerNames = ['postgraphile', 'mercurius', 'yoga', 'apollo'] as const;

export const titles: Readonly<Record<ContestantName, string>> = {
  limit: 'limit: one hand-written SQL, json_agg',
  hub: 'Sinergi',
  postgraphile: 'PostGraphile 5',
  mercurius: 'Mercurius, jit, loaders',
  yoga: 'GraphQL Yoga, dataloader',
  apollo: 'Apollo, type-graphql, MikroORM',
};

/** A server under measurement, in a process of its own. */
export interface Contestant {
  readonly name: ContestantName;
  readonly pid: number;
  readonly dialect: Dialect;
  /** Where it takes GraphQL over HTTP. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Adds to a database of the set what peers need in it (peers/functions.sql); the hub does not see it. */
export async function preparePeers({ url }: Ground): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(readFileSync('bench/peers/functions.sql', 'utf8'));
  } finally {
    await client.end();
  }
}

/** Starts one of them on the ground; the hub as `npm start` does. */
export async function startContestant(name: ContestantName, ground: Ground): Promise<Contestant> {
  if (name === 'hub') {
    const hub = await startHubProcess(ground);
    return { name, pid: hub.pid, dialect: 'hub', url: `${hub.url}/graphql`, stop: () => hub.stop() };
  }
  const child = new Child<string, string>(`peers/${name}.js`, [ground.url]);
  try {
    const url = await child.ask('address');
    const dialect = name === 'postgraphile' ? 'postgraphile' : 'hub';
    return { name, pid: child.pid, dialect, url, stop: () => child.stop() };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** Starts a contestant for some work, and stops it after. */
export async function withContestant<T>(
  name: ContestantName,
  ground: Ground,
  work: (contestant: Contestant) => Promise<T>,
): Promise<T> {
  const contestant = await startContestant(name, ground);
  try {
    return await work(contestant);
  } finally {
    await contestant.stop();
  }
}
