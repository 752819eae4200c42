import { randomUUID } from 'node:crypto';
import { Refused } from '../../src/kernel/problems.ts';
import type { Generator } from '../../src/seed/generator.ts';
import { kaderOf, type Lane, memberOf, sectors, type World } from './lane.ts';
import type { ModelPartner, ModelVillage } from './model.ts';
import { policyInput, policyOf } from './steps.ts';

interface KnownNeed {
  id: string;
  village: ModelVillage;
  version: number;
}

interface KnownPledge {
  id: string;
  partner: ModelPartner;
  village: ModelVillage;
  quantity: number;
}

/** What all clients know of what all of them did; much of it is out of date, as it is for clients. */
export interface Shared {
  lane: Lane;
  world: World;
  needs: KnownNeed[];
  pledges: KnownPledge[];
  deliveries: { id: string; village: ModelVillage }[];
  /** How often each act was done, and how often it was refused. */
  done: Record<string, number>;
  refused: Record<string, number>;
}

const weights = {
  publish: 3,
  claim: 30,
  claimTwice: 3,
  approve: 5,
  decline: 2,
  commit: 18,
  withdraw: 4,
  report: 16,
  verify: 12,
  dispute: 3,
  update: 3,
  cancel: 1,
  expire: 1,
  publishPolicy: 1,
};
type Act = keyof typeof weights;
const acts = (Object.keys(weights) as Act[]).flatMap((act) =>
  Array.from({ length: weights[act] }, () => act),
);

/** One client, which does random things to what is there, one after the other. */
export class Client {
  private readonly shared: Shared;
  private readonly random: Generator;

  constructor(shared: Shared, random: Generator) {
    this.shared = shared;
    this.random = random;
  }

  /** A refusal is an answer; any other failure is thrown. */
  async act(): Promise<void> {
    const act = this.random.pick(acts);
    const { done, refused } = this.shared;
    try {
      await this[act]();
      done[act] = (done[act] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused[act] = (refused[act] ?? 0) + 1;
    }
  }

  /** Mostly one of the latest, on which others are at work too. */
  private recent<T>(list: readonly T[]): T | null {
    if (list.length === 0) return null;
    return list[Math.max(0, list.length - 1 - this.random.int(0, 40))]!;
  }

  protected async publish(): Promise<void> {
    const { lane, world, needs } = this.shared;
    const village = this.random.pick(world.villages);
    const { id, version } = await lane.services.newNeeds.publish(kaderOf(village), {
      villageId: village.id,
      sector: this.random.pick(sectors),
      title: 'Kebutuhan',
      unit: 'unit',
      unitValue: 1_000_000 * this.random.int(1, 10),
      quantity: this.random.int(5, 60),
      urgent: this.random.int(0, 9) === 0,
    });
    needs.push({ id, village, version });
  }

  protected claim(): Promise<void> {
    return this.claimTimes(1);
  }

  protected claimTwice(): Promise<void> {
    return this.claimTimes(2);
  }

  /** The same claim so many times at once: one answer, and one pledge. */
  private async claimTimes(times: number): Promise<void> {
    const { lane, world, needs, pledges } = this.shared;
    const need = this.recent(needs);
    if (need === null) return;
    const partner = this.random.pick(world.partners);
    const quantity = this.random.int(1, 4);
    const input = { needId: need.id, quantity, idempotencyKey: randomUUID() };
    const sent = Array.from({ length: times }, () => lane.services.claims.claim(memberOf(partner), input));
    const ids = new Set((await Promise.all(sent)).map(({ id }) => id));
    if (ids.size !== 1) throw new Error(`one key made ${ids.size} pledges`);
    for (const id of ids) pledges.push({ id, partner, village: need.village, quantity });
  }

  protected async approve(): Promise<void> {
    const { lane, world, pledges } = this.shared;
    const pledge = this.recent(pledges);
    if (pledge === null) return;
    await lane.services.pledges.approve(world.coordinator, { pledgeId: pledge.id, reason: 'Ya' });
  }

  protected async decline(): Promise<void> {
    const { lane, world, pledges } = this.shared;
    const pledge = this.recent(pledges);
    if (pledge === null) return;
    await lane.services.pledges.decline(world.coordinator, { pledgeId: pledge.id, reason: 'Tidak' });
  }

  protected async commit(): Promise<void> {
    const { lane, pledges } = this.shared;
    const pledge = this.recent(pledges);
    if (pledge === null) return;
    const dueOn = lane.clock.date(this.random.int(0, 30));
    await lane.services.pledges.commit(memberOf(pledge.partner), { pledgeId: pledge.id, dueOn });
  }

  protected async withdraw(): Promise<void> {
    const { lane, pledges } = this.shared;
    const pledge = this.recent(pledges);
    if (pledge === null) return;
    await lane.services.pledges.withdraw(memberOf(pledge.partner), { pledgeId: pledge.id, reason: 'Batal' });
  }

  protected async report(): Promise<void> {
    const { lane, pledges, deliveries } = this.shared;
    const pledge = this.recent(pledges);
    if (pledge === null) return;
    const quantity = this.random.int(1, pledge.quantity);
    const input = {
      pledgeId: pledge.id,
      quantity,
      deliveredOn: lane.clock.date(),
      idempotencyKey: randomUUID(),
    };
    const { id } = await lane.services.deliveries.report(memberOf(pledge.partner), input);
    deliveries.push({ id, village: pledge.village });
  }

  protected async verify(): Promise<void> {
    const { lane, deliveries } = this.shared;
    const delivery = this.recent(deliveries);
    if (delivery === null) return;
    await lane.services.deliveries.verify(kaderOf(delivery.village), { deliveryId: delivery.id });
  }

  protected async dispute(): Promise<void> {
    const { lane, world, deliveries } = this.shared;
    const delivery = this.recent(deliveries);
    if (delivery === null) return;
    await lane.services.deliveries.dispute(world.coordinator, {
      deliveryId: delivery.id,
      reason: 'Belum tiba',
    });
  }

  protected async update(): Promise<void> {
    const { lane, needs } = this.shared;
    const need = this.recent(needs);
    if (need === null) return;
    const [row] = await lane.services.needReads.byId([need.id]);
    const change = { needId: need.id, version: row!.version, quantity: this.random.int(1, 60) };
    await lane.services.needs.update(kaderOf(need.village), change);
  }

  protected async cancel(): Promise<void> {
    const { lane, needs } = this.shared;
    const need = this.recent(needs);
    if (need === null) return;
    await lane.services.cancellation.cancel(kaderOf(need.village), {
      needId: need.id,
      reason: 'Tidak perlu lagi',
    });
  }

  protected async expire(): Promise<void> {
    const { clock, services } = this.shared.lane;
    await clock.moveTo(new Date(clock.now().getTime() + 6 * 3_600_000));
    await services.pledges.expireDue();
  }

  protected async publishPolicy(): Promise<void> {
    const { lane, world } = this.shared;
    const areaCode = this.random.pick([world.regency, `${world.regency}.01`, world.villages[0]!.code]);
    const terms = policyOf(this.random.int(0, 2 ** 31));
    // Claims get through for most of the time.
    const policy = {
      ...terms,
      capacity: terms.capacity * 20,
      creditRupiah: terms.creditRupiah * 10,
      greatestCreditRupiah: terms.creditRupiah * 30,
    };
    await lane.services.publication.publish(world.coordinator, policyInput(policy, areaCode));
  }
}
