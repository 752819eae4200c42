import { hubBackends, terminate } from '../faults/backends.ts';
import { randomUUID } from 'node:crypto';
import { Refused } from '../../src/kernel/problems.ts';
import { newId } from '../../src/platform/ids.ts';
import type { PledgeView } from '../../src/pledges/pledge-book.service.ts';
import { insertPartner } from '../support/inserts.ts';
import { type Lane, memberOf, type World } from './lane.ts';
import type { ModelPartner, ModelVillage, RuleName } from './model.ts';
import { policyOf, type PolicyTerms } from './steps.ts';

export const million = 1_000_000;

/** A world where one rule is enforced, by the figures that are said, and all others are off. */
export async function worldWith(
  lane: Lane,
  rule: RuleName | null,
  terms: Partial<PolicyTerms> = {},
): Promise<World> {
  const { world } = await lane.newWorld();
  const off = policyOf(0);
  const modes = rule === null ? off.modes : { ...off.modes, [rule]: 'ENFORCE' as const };
  await lane.insertPolicy(world.regency, { ...off, pledgeDays: 14, ...terms, modes });
  return world;
}

/** So many needs of one village, of one sector, each of that value and quantity. */
export async function needsIn(
  lane: Lane,
  village: ModelVillage,
  count: number,
  { sector = 'market', unitValue = 10 * million, quantity = 1 } = {},
): Promise<string[]> {
  const need = {
    villageId: village.id,
    sector,
    title: 'Kebutuhan',
    unit: 'unit',
    unitValue,
    quantity,
    urgent: false,
  };
  const needs = Array.from({ length: count }, () => ({ ...need, id: newId('need') }));
  await lane.insertNeeds(needs);
  return needs.map(({ id }) => id);
}

/** So many more partners of one cluster, without a mandate. */
export function partnersIn(
  lane: Lane,
  { regency }: World,
  cluster: string,
  count: number,
): Promise<ModelPartner[]> {
  const insert = async (_: unknown, index: number) => {
    const code = `more-${regency.replace('.', '-')}-${cluster}-${index}`;
    const { id } = await insertPartner(lane.database, { code, cluster, areas: [regency] });
    return { id, cluster, mandate: [], areaCode: regency };
  };
  return Promise.all(Array.from({ length: count }, insert));
}

export const claim = (lane: Lane, partner: ModelPartner, needId: string, quantity = 1): Promise<PledgeView> =>
  lane.services.claims.claim(memberOf(partner), { needId, quantity, idempotencyKey: randomUUID() });

/** What was made, and the kinds of the refusals; any other failure is thrown. */
export async function sorted<T>(acts: readonly Promise<T>[]): Promise<{ made: T[]; refused: string[] }> {
  const results = await Promise.allSettled(acts);
  const made: T[] = [];
  const refused: string[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') made.push(result.value);
    else if (result.reason instanceof Refused) refused.push(result.reason.problems[0]!.kind);
    else throw result.reason;
  }
  return { made, refused };
}

/** How often PostgreSQL has ended a transaction of this database for a deadlock. */
export async function deadlocksOf(lane: Lane): Promise<number> {
  // A backend reports what it counted when it likes, but at its end for certain; the hub makes new connections.
  await terminate(lane.database, await hubBackends(lane.database));
  const [row] = await lane.database.sql<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return row!.deadlocks;
}
