import type { GraphQLSchema } from 'graphql';
import { Generator } from '../../src/seed/generator.ts';
import { type KnownValues, type Node, printed, RandomDocuments } from './random-document.ts';

export interface Found {
  body: string;
  /** CPU of hub and PostgreSQL, in seconds. */
  seconds: number;
}

export interface SearchOptions {
  schema: GraphQLSchema;
  seed: number;
  forMs: number;
  known: KnownValues;
  /** Whether the limits let it pass. */
  passes: (asked: { query: string; variables: Record<string, unknown> }) => boolean;
  /** Asks the hub, and returns what it cost. */
  cost: (body: string) => Promise<number>;
}

/** A climb that found nothing better in so many steps has reached its top. */
const PATIENCE = 15;
/** Of so many neighbours one usually passes. */
const TRIES = 40;

interface Candidate {
  roots: Node[];
  /** Whether it is asked in a way that no plan answers. */
  byResolvers: boolean;
}

/**
 * Looks for the operation that costs the most of those that the limits let pass: climbs from random documents of the
 * whole schema to costlier neighbours, and begins anew at each top. Returns the tops, the costliest first.
 */
export async function searchWorst(options: SearchOptions): Promise<Found[]> {
  const chance = new Generator(options.seed);
  const documents = new RandomDocuments(options.schema, chance, options.known);
  const bodyOf = ({ roots, byResolvers }: Candidate) =>
    JSON.stringify({ ...printed(roots), ...(byResolvers && { extensions: { search: true } }) });
  const passing = (make: () => Candidate): Candidate | null => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const one = make();
      if (options.passes(printed(one.roots))) return one;
    }
    return null;
  };
  const tops: Found[] = [];
  const end = performance.now() + options.forMs;
  while (performance.now() < end) {
    let best = passing(() => ({ roots: documents.random(), byResolvers: chance.chance(0.5) }));
    if (best === null) continue;
    let seconds = await options.cost(bodyOf(best));
    for (let idle = 0; idle < PATIENCE && performance.now() < end; idle += 1) {
      const current: Candidate = best;
      const next = passing(() => ({
        roots: documents.neighbour(current.roots),
        byResolvers: chance.chance(0.1) ? !current.byResolvers : current.byResolvers,
      }));
      if (next === null) break;
      const cost = await options.cost(bodyOf(next));
      if (cost < seconds) continue;
      if (cost > seconds) idle = -1;
      [best, seconds] = [next, cost];
    }
    tops.push({ body: bodyOf(best), seconds });
  }
  return tops.toSorted((a, b) => b.seconds - a.seconds);
}
