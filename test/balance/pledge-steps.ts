import { deepStrictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { kaderOf, memberOf } from './lane.ts';
import {
  deliveredOf,
  isOpen,
  isUndecided,
  leftToDeliver,
  type ModelDelivery,
  type ModelNeed,
  type ModelPartner,
  type ModelPledge,
  statusOfPledge,
  verifiedOf,
} from './model.ts';
import { expectAgreement } from './previews.ts';
import { overrunBy, verdictsOf, worstOutcome } from './model-judge.ts';
import { answerOf, foretold, heard, pick, seldom, type Stage } from './player.ts';
import type { Step } from './steps.ts';

const DAY_MS = 86_400_000;
const BANTEN_MS = 7 * 3_600_000;

const withStatus = ({ model }: Stage, ...statuses: string[]) =>
  model.pledges.filter((pledge) => statuses.includes(statusOfPledge(pledge)));

function claimRefusal(
  { model }: Stage,
  partner: ModelPartner,
  need: ModelNeed,
  quantity: number,
): string | null {
  if (!need.wasPublished) return 'NotFound';
  if (need.life === 'CANCELLED') return 'WrongState CANCELLED';
  const remaining = model.remainingOf(need);
  if (quantity > remaining) return `NotEnoughRemaining ${remaining}`;
  const rejecting = verdictsOf(model, partner, need, quantity).find(({ outcome }) => outcome === 'REJECT');
  return rejecting === undefined ? null : `BalanceRuleBroken ${rejecting.rule}`;
}

export async function claim(stage: Stage, step: Step): Promise<void> {
  const { lane, model } = stage;
  const need = pick(
    model.needs,
    model.needs.filter((one) => model.statusOf(one) === 'OPEN'),
    step.a,
  );
  if (need === null) return;
  const anybody = model.partners[step.b % model.partners.length]!;
  // Often the holder of the mandate, whom RECIPROCITY concerns.
  const partner = step.d % 4 === 0 ? (model.holderOf(need) ?? anybody) : anybody;
  const quantity = 1 + (step.c % (model.remainingOf(need) + 1));
  const input = { needId: need.id, quantity, idempotencyKey: randomUUID() };
  const send = () => lane.services.claims.claim(memberOf(partner), input);
  const refusal = claimRefusal(stage, partner, need, quantity);
  const verdicts = verdictsOf(model, partner, need, quantity);
  const policy = model.policyAt(need.village.code);
  const asked = { needId: need.id, quantity };
  const preview =
    stage.previews && need.wasPublished ? await lane.services.claims.preview(memberOf(partner), asked) : null;
  const made = await foretold(stage, `claim ${quantity} of ${need.id} by ${partner.id}`, refusal, () =>
    heard((answer) => {
      // NotFound is no answer of the key: once its need is published, the same claim may be made.
      if (refusal !== 'NotFound') stage.sent.push({ send, answer });
    }, send),
  );
  if (preview !== null) await expectAgreement(stage, partner, preview);
  if (made === null) return;
  const judged = made.verdicts.map(({ rule, broken, outcome }) => ({ rule, broken, outcome }));
  deepStrictEqual(judged, verdicts);
  const awaits = worstOutcome(verdicts) === 'APPROVAL';
  model.pledges.push({
    id: made.id,
    need,
    partner,
    quantity,
    stage: awaits ? 'AWAITING_APPROVAL' : 'PLEDGED',
    ended: null,
    policy,
    holder: null,
    expiresAt: lane.clock.now().getTime() + policy.pledgeDays * DAY_MS,
    deliveries: [],
  });
  model.facts.push([awaits ? 'PLEDGE_REQUESTED' : 'PLEDGE_MADE', need.id, made.id]);
  const overrun = need.urgent ? [] : overrunBy(model, partner, need);
  if (overrun.length > 0) throw new Error(`the claim overran ${overrun.join(', ')}`);
}

/** A claim sent again with its key answers what it answered first, and nothing happens. */
export async function replay(stage: Stage, step: Step): Promise<void> {
  const claimed = stage.sent[step.a % Math.max(1, stage.sent.length)];
  if (claimed === undefined) return;
  stage.trace.push('the same claim again');
  const answer = await answerOf(claimed.send);
  deepStrictEqual(answer, claimed.answer);
}

export async function decide(stage: Stage, step: Step, act: 'approve' | 'decline'): Promise<void> {
  const { lane, world, model } = stage;
  const pledge = pick(model.pledges, withStatus(stage, 'AWAITING_APPROVAL'), step.a);
  if (pledge === null) return;
  const wrong = seldom(step.b, 8);
  let refusal: string | null = null;
  if (wrong) refusal = 'Forbidden';
  else if (statusOfPledge(pledge) !== 'AWAITING_APPROVAL') refusal = `WrongState ${statusOfPledge(pledge)}`;
  else if (act === 'approve' && isOverdue(stage, pledge)) refusal = OVERDUE;
  const by = wrong ? kaderOf(pledge.need.village) : world.coordinator;
  const done = await foretold(stage, `${act} ${pledge.id}`, refusal, () =>
    lane.services.pledges[act](by, { pledgeId: pledge.id, reason: 'Sudah dibahas' }),
  );
  if (done === null) return;
  if (act === 'approve') {
    pledge.stage = 'PLEDGED';
    pledge.expiresAt = lane.clock.now().getTime() + pledge.policy.pledgeDays * DAY_MS;
  } else pledge.ended = 'DECLINED';
  model.facts.push([act === 'approve' ? 'PLEDGE_APPROVED' : 'PLEDGE_DECLINED', pledge.need.id, pledge.id]);
}

/** What a step hears that would keep a pledge open past its time. */
const OVERDUE = 'WrongState EXPIRED';

function isOverdue({ lane }: Stage, pledge: ModelPledge): boolean {
  return pledge.expiresAt <= lane.clock.now().getTime();
}

/** The pledge's own partner, or now and then another, who may not. */
function partnerActing({ model }: Stage, pledge: ModelPledge, value: number): ModelPartner {
  const others = model.partners.filter((partner) => partner !== pledge.partner);
  return seldom(value, 12) ? others[value % others.length]! : pledge.partner;
}

export async function commit(stage: Stage, step: Step): Promise<void> {
  const { lane, model } = stage;
  const pledge = pick(model.pledges, withStatus(stage, 'PLEDGED'), step.a);
  if (pledge === null) return;
  const partner = partnerActing(stage, pledge, step.b);
  let refusal: string | null = null;
  if (partner !== pledge.partner) refusal = 'Forbidden';
  else if (statusOfPledge(pledge) !== 'PLEDGED') refusal = `WrongState ${statusOfPledge(pledge)}`;
  else if (isOverdue(stage, pledge)) refusal = OVERDUE;
  const dueOn = lane.clock.date(step.c % 20);
  const done = await foretold(stage, `commit ${pledge.id} by ${dueOn}`, refusal, () =>
    lane.services.pledges.commit(memberOf(partner), { pledgeId: pledge.id, dueOn }),
  );
  if (done === null) return;
  const holder = model.holderOf(pledge.need);
  pledge.stage = 'COMMITTED';
  pledge.holder = holder === pledge.partner ? null : holder;
  // The due day and the days of grace after it are over in Banten.
  pledge.expiresAt = Date.parse(dueOn) - BANTEN_MS + (1 + pledge.policy.graceDays) * DAY_MS;
  model.facts.push(['PLEDGE_COMMITTED', pledge.need.id, pledge.id]);
}

export async function withdraw(stage: Stage, step: Step): Promise<void> {
  const { lane, model } = stage;
  const pledge = pick(model.pledges, model.pledges.filter(isOpen), step.a);
  if (pledge === null) return;
  const partner = partnerActing(stage, pledge, step.b);
  let refusal: string | null = null;
  if (partner !== pledge.partner) refusal = 'Forbidden';
  else if (!isOpen(pledge) || isUndecided(pledge)) refusal = `WrongState ${statusOfPledge(pledge)}`;
  const done = await foretold(stage, `withdraw ${pledge.id}`, refusal, () =>
    lane.services.pledges.withdraw(memberOf(partner), { pledgeId: pledge.id, reason: 'Anggaran dipotong' }),
  );
  if (done === null) return;
  pledge.ended = 'WITHDRAWN';
  model.facts.push(['PLEDGE_WITHDRAWN', pledge.need.id, pledge.id]);
}

export async function report(stage: Stage, step: Step): Promise<void> {
  const { lane, model } = stage;
  const underWay = model.pledges.filter((one) => isOpen(one) && leftToDeliver(one) > 0);
  const pledge = pick(model.pledges, underWay, step.a);
  if (pledge === null) return;
  const partner = partnerActing(stage, pledge, step.b);
  const left = pledge.quantity - deliveredOf(pledge);
  // Half of the time all that is left, so that pledges come to their end; now and then more.
  const quantity = step.c % 2 === 0 ? Math.max(1, left) : 1 + (step.d % (left + 1));
  let refusal: string | null = null;
  if (partner !== pledge.partner) refusal = 'Forbidden';
  else if (!['COMMITTED', 'DELIVERING'].includes(statusOfPledge(pledge))) {
    refusal = `WrongState ${statusOfPledge(pledge)}`;
  } else if (isOverdue(stage, pledge)) refusal = OVERDUE;
  else if (quantity > left) refusal = 'InvalidInput quantity';
  const input = {
    pledgeId: pledge.id,
    quantity,
    deliveredOn: lane.clock.date(),
    idempotencyKey: randomUUID(),
  };
  const made = await foretold(stage, `report ${quantity} of ${pledge.id}`, refusal, () =>
    lane.services.deliveries.report(memberOf(partner), input),
  );
  if (made === null) return;
  pledge.deliveries.push({ id: made.id, quantity, state: 'REPORTED' });
  model.facts.push(['DELIVERY_REPORTED', pledge.need.id, pledge.id]);
}

export async function settle(stage: Stage, step: Step, act: 'verify' | 'dispute'): Promise<void> {
  const { lane, model } = stage;
  const all = model.pledges.flatMap((pledge) => pledge.deliveries.map((delivery) => ({ pledge, delivery })));
  const found = pick(
    all,
    all.filter(({ delivery }) => delivery.state === 'REPORTED'),
    step.a,
  );
  if (found === null) return;
  const { pledge, delivery } = found;
  const { need } = pledge;
  const wrong = seldom(step.b, 8);
  // Who speaks for the village and belongs to the pledging partner too may not.
  const by = { ...kaderOf(need.village), partnerId: wrong ? pledge.partner.id : null };
  let refusal: string | null = null;
  if (wrong) refusal = 'Forbidden';
  else if (delivery.state !== 'REPORTED') refusal = `WrongState ${delivery.state}`;
  const { deliveries } = lane.services;
  const done = await foretold(stage, `${act} ${delivery.id} of ${pledge.id}`, refusal, () =>
    act === 'verify'
      ? deliveries.verify(by, { deliveryId: delivery.id })
      : deliveries.dispute(by, { deliveryId: delivery.id, reason: 'Belum tiba' }),
  );
  if (done !== null) settled(stage, pledge, delivery, act);
}

function settled(
  { model }: Stage,
  pledge: ModelPledge,
  delivery: ModelDelivery,
  act: 'verify' | 'dispute',
): void {
  const { need, id } = pledge;
  delivery.state = act === 'verify' ? 'VERIFIED' : 'DISPUTED';
  model.facts.push([act === 'verify' ? 'DELIVERY_VERIFIED' : 'DELIVERY_DISPUTED', need.id, id]);
  if (act === 'dispute') return;
  if (verifiedOf(pledge) === pledge.quantity) model.facts.push(['PLEDGE_FULFILLED', need.id, id]);
  if (model.statusOf(need) === 'FULFILLED') model.facts.push(['NEED_FULFILLED', need.id, null]);
}

/** Days go by, and the clock ends what is due. */
export async function expire(stage: Stage, step: Step): Promise<void> {
  const { lane, model } = stage;
  await lane.clock.moveDays(1 + (step.a % 15));
  const now = lane.clock.now().getTime();
  const due = model.pledges.filter(
    (pledge) => isOpen(pledge) && !isUndecided(pledge) && pledge.expiresAt <= now,
  );
  const ended = await lane.services.pledges.expireDue();
  stage.trace.push(`until ${lane.clock.date()}: ${ended} expired`);
  if (ended !== due.length) throw new Error(`${ended} pledges expired, and were to be ${due.length}`);
  for (const pledge of due.toSorted((a, b) => a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1))) {
    pledge.ended = 'EXPIRED';
    model.facts.push(['PLEDGE_EXPIRED', pledge.need.id, pledge.id]);
  }
}
