import { beforeAll, describe, expect, test } from '@jest/globals';
import { readAreas } from '../src/seed/area-source.ts';
import type { AreaRecord } from '../src/seed/area-source.ts';
import { CIMARGA } from '../src/seed/demo/banten.ts';
import { mandateHolder } from '../src/seed/demo/mandate-holder.ts';
import { planNeeds } from '../src/seed/demo/needs.ts';
import type { PlannedNeed } from '../src/seed/demo/needs.ts';
import { PARTNERS } from '../src/seed/demo/partners.ts';
import type { PlannedPledge } from '../src/seed/demo/planned-pledge.ts';
import { planPledges } from '../src/seed/demo/pledges.ts';
import { selectVillages } from '../src/seed/demo/villages.ts';
import { Generator } from '../src/seed/generator.ts';

const DEMO_SEED = 36;
const SEEDS = [DEMO_SEED, 1, 2, 3, 4, 5];
const ENDED = ['WITHDRAWN', 'EXPIRED_PLEDGE', 'EXPIRED_COMMITMENT', 'DECLINED', 'CANCELLED'];
const MILLION = 1_000_000;
let areas: AreaRecord[] = [];

beforeAll(async () => {
  areas = [];
  for await (const batch of readAreas({ province: '36' })) areas.push(...batch);
});

function planOf(seed: number): { needs: PlannedNeed[]; pledges: PlannedPledge[] } {
  const generator = new Generator(seed);
  const needs = planNeeds(selectVillages(areas), generator, '2026-01-15');
  return { needs, pledges: planPledges(needs, PARTNERS, generator) };
}

function partnerOf(pledge: PlannedPledge) {
  const partner = PARTNERS.find(({ code }) => code === pledge.partnerCode);
  if (!partner) throw new Error(`unknown partner ${pledge.partnerCode}`);
  return partner;
}

function quantityOf(pledge: PlannedPledge, outcome: 'VERIFIED' | 'DISPUTED' | 'REPORTED'): number {
  return pledge.deliveries
    .filter((delivery) => delivery.outcome === outcome)
    .reduce((sum, delivery) => sum + delivery.quantity, 0);
}

/**
 * Quantity that is committed in the end: the whole of a live commitment, the verified part of an ended one.
 */
function committedOf(pledge: PlannedPledge): number {
  const whole = ['COMMITTED', 'DELIVERING', 'FULFILLED', 'DISPUTED'].includes(pledge.story);
  return whole ? pledge.quantity : quantityOf(pledge, 'VERIFIED');
}

class Sums extends Map<string, number> {
  of(key: string): number {
    return this.get(key) ?? 0;
  }

  add(key: string, amount: number): void {
    this.set(key, this.of(key) + amount);
  }
}

test('a seed gives the same pledges every time', () => {
  expect(planOf(DEMO_SEED)).toEqual(planOf(DEMO_SEED));
});

describe.each(SEEDS)('seed %i', (seed) => {
  let needs: PlannedNeed[];
  let pledges: PlannedPledge[];
  const needOf = (pledge: PlannedPledge) => needs[pledge.needIndex] as PlannedNeed;
  const valueOf = (pledge: PlannedPledge) => pledge.quantity * needOf(pledge).unitValueRupiah;
  const holderOf = (pledge: PlannedPledge) =>
    mandateHolder(needOf(pledge).sector, needOf(pledge).villageCode, PARTNERS)?.code;

  beforeAll(() => {
    ({ needs, pledges } = planOf(seed));
  });

  test('350 to 450 pledges, every story among them, every partner at work in its own areas', () => {
    expect(pledges.length).toBeGreaterThanOrEqual(350);
    expect(pledges.length).toBeLessThanOrEqual(450);
    expect(new Set(pledges.map((pledge) => pledge.story)).size).toBe(11);
    expect(pledges.filter((pledge) => pledge.story === 'AWAITING_APPROVAL').length).toBeGreaterThanOrEqual(5);
    expect(pledges.filter((pledge) => pledge.story === 'DECLINED').length).toBeGreaterThanOrEqual(3);
    expect(new Set(pledges.map((pledge) => pledge.partnerCode)).size).toBe(PARTNERS.length);
    for (const pledge of pledges) {
      const { villageCode } = needOf(pledge);
      expect(partnerOf(pledge).areaCodes.some((code) => villageCode.startsWith(`${code}.`))).toBe(true);
    }
  });

  test('no need is over-claimed, no draft is claimed, and the toilets of Cimarga are left alone', () => {
    const claimed = new Sums();
    for (const pledge of pledges) {
      expect(pledge.quantity).toBeGreaterThan(0);
      claimed.add(String(pledge.needIndex), pledge.quantity);
    }
    needs.forEach((need, index) => {
      expect(claimed.of(String(index))).toBeLessThanOrEqual(need.draft ? 0 : need.quantity);
    });
    const toilets = needs.findIndex((need) => need.villageCode === CIMARGA && need.sector === 'sanitation');
    expect(claimed.of(String(toilets))).toBe(0);
  });

  test('deliveries add up as each story says', () => {
    for (const pledge of pledges) {
      const [verified, reported, disputed] = (['VERIFIED', 'REPORTED', 'DISPUTED'] as const).map((outcome) =>
        quantityOf(pledge, outcome),
      ) as [number, number, number];
      expect(pledge.deliveries.every((delivery) => delivery.quantity > 0)).toBe(true);
      expect(verified + reported).toBeLessThanOrEqual(pledge.quantity);
      expect(verified === pledge.quantity).toBe(pledge.story === 'FULFILLED');
      expect(reported > 0).toBe(pledge.story === 'DELIVERING');
      if (pledge.story === 'DISPUTED') expect(pledge.deliveries.at(-1)?.outcome).toBe('DISPUTED');
      else if (pledge.story !== 'FULFILLED') expect(disputed).toBe(0);
      const mayDeliver = ['DELIVERING', 'FULFILLED', 'DISPUTED', 'WITHDRAWN', 'EXPIRED_COMMITMENT'];
      if (!mayDeliver.includes(pledge.story)) expect(pledge.deliveries).toEqual([]);
    }
  });

  test('a cancelled need has cancelled pledges only', () => {
    const cancelled = new Set(
      pledges.filter((pledge) => pledge.story === 'CANCELLED').map((p) => p.needIndex),
    );
    expect(cancelled.size).toBeGreaterThanOrEqual(4);
    for (const pledge of pledges) {
      if (cancelled.has(pledge.needIndex)) expect(pledge.story).toBe('CANCELLED');
    }
  });

  /**
   * Plays the claims twice: ends come at once and cancelled needs still count, or ends never come and they
   * do not.
   */
  test.each(['at once', 'never'])(
    'shares, capacity, and approvals are as planned when ends come %s',
    (ends) => {
      const cancelled = new Set(
        pledges.filter((pledge) => pledge.story === 'CANCELLED').map((p) => p.needIndex),
      );
      const plans = new Sums();
      needs.forEach((need, index) => {
        if (need.draft || (ends === 'never' && cancelled.has(index))) return;
        plans.add(need.villageCode, need.quantity * need.unitValueRupiah);
      });
      const reserved = new Sums();
      const open = new Sums();
      for (const pledge of pledges) {
        const { villageCode, urgent } = needOf(pledge);
        const { code, cluster } = partnerOf(pledge);
        const plan = plans.of(villageCode);
        const share = (key: string) => (reserved.of(`${villageCode} ${key}`) + valueOf(pledge)) / plan;
        const partnerBroken = plan > 50 * MILLION && share(code) > 0.6;
        const colourBroken = plan > 50 * MILLION && share(cluster) > 0.8;
        const needsApproval = urgent ? partnerBroken || colourBroken : colourBroken;
        if (!urgent) expect(partnerBroken).toBe(false);
        expect(needsApproval).toBe(pledge.story === 'AWAITING_APPROVAL' || pledge.story === 'DECLINED');
        expect(open.of(code) + 1).toBeLessThanOrEqual(20);
        if (ends === 'at once' && ENDED.includes(pledge.story)) continue;
        if (pledge.story !== 'FULFILLED') open.add(code, 1);
        reserved.add(`${villageCode} ${code}`, valueOf(pledge));
        reserved.add(`${villageCode} ${cluster}`, valueOf(pledge));
      }
    },
  );

  test('the plan has no claim that RECIPROCITY stops, and nobody but the works agency may be left in debt', () => {
    const given = new Sums();
    const received = new Sums();
    const owes = (code: string) =>
      received.of(code) > given.of(code) + Math.min(1_000 * MILLION, 250 * MILLION + given.of(code));
    for (const pledge of pledges) {
      const holder = holderOf(pledge);
      if (holder === pledge.partnerCode) expect(owes(holder)).toBe(false);
      if (!holder || holder === pledge.partnerCode) continue;
      const { unitValueRupiah } = needOf(pledge);
      received.add(holder, committedOf(pledge) * unitValueRupiah);
      given.add(pledge.partnerCode, quantityOf(pledge, 'VERIFIED') * unitValueRupiah);
    }
    const debtors = PARTNERS.map(({ code }) => code).filter(owes);
    expect(debtors.filter((code) => code !== 'pupr-banten')).toEqual([]);
    // The demo that everybody sees shows the rule at work, and a small gift takes its debtor out of it.
    if (seed === DEMO_SEED) expect(debtors).toEqual(['pupr-banten']);
    expect(given.of('pupr-banten')).toBe(0);
    given.add('pupr-banten', 6 * MILLION);
    expect(owes('pupr-banten')).toBe(false);
    // With all toilets of Cimarga given to it, the housing agency can still claim.
    received.add('perkim-banten', 84 * MILLION);
    expect(owes('perkim-banten')).toBe(false);
  });

  test('support flows in both directions between several pairs', () => {
    const flows = new Sums();
    for (const pledge of pledges) {
      const verified = quantityOf(pledge, 'VERIFIED');
      if (verified > 0) flows.add(`${pledge.partnerCode} ${holderOf(pledge)}`, verified);
    }
    const mutual = [...flows.keys()].filter((key) => {
      const [from = '', to = ''] = key.split(' ');
      return from < to && flows.of(`${to} ${from}`) > 0;
    });
    expect(mutual.length).toBeGreaterThanOrEqual(4);
  });

  test('villages of every synergy level occur', () => {
    const committed = new Map<string, Sums>(needs.map((need) => [need.villageCode, new Sums()]));
    for (const pledge of pledges) {
      const quantity = committedOf(pledge);
      const { villageCode, unitValueRupiah } = needOf(pledge);
      if (quantity > 0) {
        committed.get(villageCode)?.add(partnerOf(pledge).cluster, quantity * unitValueRupiah);
      }
    }
    const levels = Object.groupBy(committed.values(), (clusters) => {
      if (clusters.size < 2) return clusters.size === 0 ? 'UNTOUCHED' : 'SINGLE_COLOUR';
      const values = [...clusters.values()];
      const total = values.reduce((sum, value) => sum + value, 0);
      const diversity = 1 / values.reduce((sum, value) => sum + (value / total) ** 2, 0);
      return diversity >= 1.5 ? 'SYNERGY' : 'MULTI_COLOUR';
    });
    expect(levels.UNTOUCHED?.length).toBeGreaterThan(60);
    expect(levels.SINGLE_COLOUR?.length).toBeGreaterThan(60);
    expect(levels.MULTI_COLOUR?.length).toBeGreaterThan(5);
    expect(levels.SYNERGY?.length).toBeGreaterThan(20);
  });
});
