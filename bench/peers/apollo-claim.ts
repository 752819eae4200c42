import { LockMode, wrap } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../../src/platform/ids.ts';
import { Event, IdempotencyKey, Need, Partner, Pledge, Village } from './apollo-entities.ts';
import { type ClaimInput, POLICY } from './claim.ts';

const DAY_MS = 86_400_000;
const EXPIRES_MS = 14 * DAY_MS;

/** One claim in a unit of work, which keeps the books as the hub does, and judges no rule. */
export function claim(em: EntityManager, partnerId: string, input: ClaimInput): Promise<Pledge> {
  return em.transactional(async (tx) => {
    const now = new Date();
    const key = { scope: partnerId, operation: 'claimNeed', key: input.idempotencyKey };
    tx.create(IdempotencyKey, { ...key, inputHash: input.needId, createdAt: now });
    await tx.flush();
    const held = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
    const need = await tx.findOneOrFail(Need, input.needId, held);
    const { quantity } = input;
    if (need.status !== 'OPEN' || need.quantity - need.pledged - need.committed < quantity) {
      throw new Error('not so much remains');
    }
    const village = await tx.findOneOrFail(Village, need.village.id, held);
    const partner = await tx.findOneOrFail(Partner, partnerId);
    const expiresAt = new Date(now.getTime() + EXPIRES_MS);
    const pledge = tx.create(Pledge, {
      id: newId('pledge'),
      need,
      village,
      partner,
      policyId: POLICY,
      quantity,
      unitValue: need.unitValue,
      status: 'PLEDGED',
      expiresAt,
      dueOn: expiresAt.toISOString().slice(0, 10),
      verdicts: [],
      createdAt: now,
      updatedAt: now,
    });
    need.pledged += quantity;
    village.pledgedRupiah += quantity * need.unitValue;
    if (need.pledged + need.committed === need.quantity) {
      need.status = 'COMMITTED';
      village.openNeeds -= 1;
    }
    await tx.flush();
    tx.create(Event, {
      kind: 'PLEDGE_MADE',
      occurredAt: now,
      villageCode: village.code,
      village,
      need,
      sectorCode: need.sectorCode,
      pledge,
      partner,
      snapshot: {
        need: wrap(need).toPOJO(),
        village: wrap(village).toPOJO(),
        pledge: wrap(pledge).toPOJO(),
        partner: wrap(partner).toPOJO(),
      },
    });
    return pledge;
  });
}
