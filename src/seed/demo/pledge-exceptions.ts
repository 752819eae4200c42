import type { Generator } from '../generator.ts';
import type { DemoPartner } from './demo-partner.ts';
import type { PledgePlanner } from './pledge-planner.ts';
import { COLOUR_SHARE_BROKEN, PARTNER_SHARE, SHARE_FLOOR_RUPIAH } from './pledge-tally.ts';
import type { PledgeStory } from './planned-pledge.ts';

type Approval = 'AWAITING_APPROVAL' | 'DECLINED';

interface Claim {
  partner: DemoPartner;
  needIndex: number;
  quantity: number;
}

/** Plans above this would make the partners of an approval give more than is likely. */
const PLAN_MOST_RUPIAH = 300_000_000;
/**
 * What an exception's first partner lets happen; all of them stand, so that the share is there when it is
 * needed.
 */
const STANDING_STORIES: readonly PledgeStory[] = ['PLEDGED', 'COMMITTED', 'DELIVERING', 'FULFILLED'];
/**
 * On an urgent need the default policy's limit of 0.6 for one partner asks for approval instead of
 * refusing.
 */
const PARTNER_SHARE_BROKEN = 0.62;

/**
 * In an untouched village: one partner reserves a good part of the plan, then a second one of the same
 * cluster claims so much that the cluster has more than 0.8 of it, which needs approval; neither has more
 * than 0.6.
 *
 * @returns false, with nothing planned, when the village gives no such case.
 */
export function planColourApproval(
  planner: PledgePlanner,
  villageCode: string,
  story: Approval,
  generator: Generator,
): boolean {
  const plan = planner.tally.planRupiah(villageCode);
  if (plan <= SHARE_FLOOR_RUPIAH || plan > PLAN_MOST_RUPIAH) return false;
  const able = planner
    .partnersIn(villageCode)
    .filter(({ kind }) => kind === 'GOVERNMENT' || kind === 'PRIVATE');
  for (const first of generator.shuffle(able)) {
    const claims = firstClaims(planner, villageCode, first, plan);
    const firstStory = generator.pick(STANDING_STORIES);
    if (!claims || !roomForAll(planner, claims)) continue;
    for (const second of generator.shuffle(able)) {
      if (second.code === first.code || second.cluster !== first.cluster) continue;
      const last = breakingClaim(planner, villageCode, second, claims, plan);
      if (!last) continue;
      for (const claim of claims) planner.claim(claim.partner, claim.needIndex, claim.quantity, firstStory);
      return planner.claim(last.partner, last.needIndex, last.quantity, story);
    }
  }
  return false;
}

/** In an untouched village: one partner claims all of an urgent need that is more than 0.6 of the plan. */
export function planUrgentApproval(
  planner: PledgePlanner,
  villageCode: string,
  story: Approval,
  generator: Generator,
): boolean {
  const plan = planner.tally.planRupiah(villageCode);
  if (plan <= SHARE_FLOOR_RUPIAH || plan > PLAN_MOST_RUPIAH) return false;
  for (const needIndex of planner.needsOf(villageCode)) {
    const need = planner.need(needIndex);
    if (!need.urgent || need.quantity * need.unitValueRupiah <= PARTNER_SHARE_BROKEN * plan) continue;
    const able = planner
      .partnersIn(villageCode)
      .filter(({ kind }) => kind === 'GOVERNMENT' || kind === 'PRIVATE')
      .filter((partner) => planner.tally.mayClaim(partner, needIndex));
    if (able.length > 0) return planner.claim(generator.pick(able), needIndex, need.quantity, story);
  }
  return false;
}

/**
 * One or two partners pledge for a need of an untouched village, which is then cancelled. False when none
 * fits.
 */
export function planCancellation(planner: PledgePlanner, villageCode: string, generator: Generator): boolean {
  const needIndex = generator.pick(planner.needsOf(villageCode));
  const { quantity, unitValueRupiah } = planner.need(needIndex);
  const restRupiah = planner.tally.planRupiah(villageCode) - quantity * unitValueRupiah;
  // Half the share for each of two partners, so that two of one cluster keep the limits as well.
  const most = Math.min(
    Math.floor(quantity / 2),
    Math.floor((PARTNER_SHARE * restRupiah) / 2 / unitValueRupiah),
  );
  const able = planner
    .partnersIn(villageCode)
    .filter((partner) => planner.tally.mayClaim(partner, needIndex));
  if (most < 1 || able.length === 0) return false;
  planner.tally.cancel(needIndex);
  for (const partner of generator.shuffle(able).slice(0, generator.int(1, 2))) {
    planner.claim(partner, needIndex, generator.int(1, most), 'CANCELLED');
  }
  return true;
}

/**
 * Claims of the partner on the largest needs, up to its share; null when they come to less than 0.3 of the
 * plan.
 */
function firstClaims(
  planner: PledgePlanner,
  villageCode: string,
  partner: DemoPartner,
  plan: number,
): Claim[] | null {
  const claims: Claim[] = [];
  let takenRupiah = 0;
  for (const needIndex of byValue(planner, villageCode)) {
    if (takenRupiah > 0.3 * plan) break;
    if (!planner.tally.mayClaim(partner, needIndex)) continue;
    const { quantity, unitValueRupiah } = planner.need(needIndex);
    const fitting = Math.min(quantity, Math.floor((PARTNER_SHARE * plan - takenRupiah) / unitValueRupiah));
    if (fitting < 1) continue;
    claims.push({ partner, needIndex, quantity: fitting });
    takenRupiah += fitting * unitValueRupiah;
  }
  return takenRupiah > 0.3 * plan ? claims : null;
}

/**
 * A claim of the second partner that takes the cluster over its share and itself not; null when there is
 * none.
 */
function breakingClaim(
  planner: PledgePlanner,
  villageCode: string,
  partner: DemoPartner,
  before: readonly Claim[],
  plan: number,
): Claim | null {
  const takenRupiah = before.reduce((sum, claim) => sum + valueOf(planner, claim), 0);
  for (const needIndex of byValue(planner, villageCode)) {
    if (!planner.tally.mayClaim(partner, needIndex)) continue;
    const taken = before.find((claim) => claim.needIndex === needIndex)?.quantity ?? 0;
    const { quantity, unitValueRupiah } = planner.need(needIndex);
    const fitting = Math.min(quantity - taken, Math.floor((PARTNER_SHARE * plan) / unitValueRupiah));
    if (fitting < 1 || takenRupiah + fitting * unitValueRupiah <= COLOUR_SHARE_BROKEN * plan) continue;
    return { partner, needIndex, quantity: fitting };
  }
  return null;
}

function roomForAll(planner: PledgePlanner, claims: readonly Claim[]): boolean {
  // Together, because two of the needs may have the same mandate holder.
  const totalRupiah = claims.reduce((sum, claim) => sum + valueOf(planner, claim), 0);
  return claims.every(({ partner, needIndex }) =>
    planner.tally.holderHasRoom(partner, needIndex, totalRupiah),
  );
}

function byValue(planner: PledgePlanner, villageCode: string): number[] {
  const valueRupiah = (index: number) => planner.need(index).quantity * planner.need(index).unitValueRupiah;
  return planner.needsOf(villageCode).toSorted((a, b) => valueRupiah(b) - valueRupiah(a) || a - b);
}

function valueOf(planner: PledgePlanner, { needIndex, quantity }: Claim): number {
  return quantity * planner.need(needIndex).unitValueRupiah;
}
