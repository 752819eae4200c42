import type { NewNeed } from '../../src/needs/new-needs.service.ts';
import { newId } from '../../src/platform/ids.ts';
import { kaderOf, memberOf, sectors } from './lane.ts';
import { isOpen, isUndecided, type ModelNeed, type ModelVillage } from './model.ts';
import { foretold, pick, seldom, type Stage } from './player.ts';
import { Digits, policyInput, policyOf, type Step } from './steps.ts';

const unitValues = [1, 2, 5, 10].map((value) => value * 1_000_000);

function newNeed({ lane }: Stage, village: ModelVillage, { b, c, d }: Step): NewNeed {
  const digits = new Digits(c);
  return {
    villageId: village.id,
    sector: sectors[b % 3]!,
    title: 'Kebutuhan',
    unit: 'unit',
    unitValue: digits.of(unitValues),
    quantity: 1 + digits.below(12),
    urgent: digits.below(6) === 5,
    dueOn: d % 3 === 0 ? lane.clock.date(d % 60) : null,
  };
}

function keep(
  { model }: Stage,
  village: ModelVillage,
  input: NewNeed,
  id: string,
  life: ModelNeed['life'],
): void {
  const { sector, unitValue, quantity, urgent, dueOn } = input;
  const need = {
    id,
    village,
    sector,
    unitValue,
    quantity,
    urgent: urgent === true,
    dueOn: dueOn ?? null,
    life,
    wasPublished: life === 'PUBLISHED',
    version: 1,
  };
  model.needs.push(need);
  if (life === 'PUBLISHED') model.facts.push(['NEED_PUBLISHED', id, null]);
}

/** The needs with which a story begins: three of the first village, two of the second. */
export async function beginWithNeeds(stage: Stage, steps: readonly Step[]): Promise<void> {
  const drafts = steps.map((step, index) => {
    const village = stage.model.villages[index < 3 ? 0 : 1]!;
    return { village, input: newNeed(stage, village, step), id: newId('need') };
  });
  await stage.lane.insertNeeds(drafts.map(({ input, id }) => ({ ...input, id })));
  for (const { village, input, id } of drafts) keep(stage, village, input, id, 'PUBLISHED');
}

export async function write(stage: Stage, step: Step, life: 'DRAFT' | 'PUBLISHED'): Promise<void> {
  const { lane, model } = stage;
  const village = model.villages[step.a % model.villages.length]!;
  const other = model.villages[(step.a + 1) % model.villages.length]!;
  const wrong = seldom(step.a, 12);
  const by = kaderOf(wrong ? other : village);
  const input = newNeed(stage, village, step);
  const { newNeeds } = lane.services;
  const made = await foretold(
    stage,
    `write ${life} ${JSON.stringify(input)}`,
    wrong ? 'Forbidden' : null,
    () => (life === 'DRAFT' ? newNeeds.draft(by, input) : newNeeds.publish(by, input)),
  );
  if (made !== null) keep(stage, village, input, made.id, life);
}

export async function publishDraft(stage: Stage, step: Step): Promise<void> {
  const { lane, world, model } = stage;
  const need = pick(
    model.needs,
    model.needs.filter(({ life }) => life === 'DRAFT'),
    step.a,
  );
  if (need === null) return;
  const version = need.version - (seldom(step.b, 6) ? 1 : 0);
  let refusal: string | null = null;
  if (need.life !== 'DRAFT') refusal = `WrongState ${model.statusOf(need)}`;
  else if (version !== need.version) refusal = `StaleVersion ${need.version}`;
  else if (need.dueOn !== null && need.dueOn < lane.clock.date()) refusal = 'InvalidInput needId';
  const done = await foretold(stage, `publishDraft ${need.id}`, refusal, () =>
    lane.services.needs.publishDraft(world.coordinator, { needId: need.id, version }),
  );
  if (done === null) return;
  Object.assign(need, { life: 'PUBLISHED', wasPublished: true });
  model.facts.push(['NEED_PUBLISHED', need.id, null]);
}

function updateRefusal(
  { model }: Stage,
  need: ModelNeed,
  change: { quantity?: number; unitValue?: number },
): string | null {
  const status = model.statusOf(need);
  if (status === 'CANCELLED' || status === 'FULFILLED') return `WrongState ${status}`;
  const { quantity = need.quantity, unitValue = need.unitValue } = change;
  if (quantity < need.quantity - model.remainingOf(need)) return 'InvalidInput quantity';
  if (unitValue !== need.unitValue && model.pledgesOf(need).length > 0) return 'InvalidInput unitValue';
  return null;
}

export async function update(stage: Stage, step: Step): Promise<void> {
  const { lane, model } = stage;
  const living = model.needs.filter((need) => ['DRAFT', 'OPEN', 'COMMITTED'].includes(model.statusOf(need)));
  const need = pick(model.needs, living, step.a);
  if (need === null) return;
  const claimed = need.quantity - model.remainingOf(need);
  const changes = [
    // Often exactly what is claimed, or verified, so that the need is full or fulfilled by it.
    { quantity: Math.max(1, claimed + (step.d % 4) - 1) },
    { quantity: 1 + (step.d % (need.quantity + 5)) },
    { unitValue: unitValues[step.d % 4]! },
    { title: `Judul ${step.d}` },
  ];
  const change = changes[step.c % 4]!;
  const version = need.version - (seldom(step.b, 6) ? 1 : 0);
  const refusal =
    version === need.version ? updateRefusal(stage, need, change) : `StaleVersion ${need.version}`;
  const done = await foretold(stage, `update ${need.id} ${JSON.stringify(change)}`, refusal, () =>
    lane.services.needs.update(kaderOf(need.village), { needId: need.id, version, ...change }),
  );
  if (done === null) return;
  Object.assign(need, {
    quantity: change.quantity ?? need.quantity,
    unitValue: change.unitValue ?? need.unitValue,
  });
  if (need.life === 'DRAFT') return;
  model.facts.push(['NEED_CHANGED', need.id, null]);
  if (model.statusOf(need) === 'FULFILLED') model.facts.push(['NEED_FULFILLED', need.id, null]);
}

export async function cancel(stage: Stage, step: Step): Promise<void> {
  const { lane, model } = stage;
  const living = model.needs.filter((need) => ['DRAFT', 'OPEN', 'COMMITTED'].includes(model.statusOf(need)));
  const need = pick(model.needs, living, step.a);
  if (need === null) return;
  const status = model.statusOf(need);
  const open = model.pledgesOf(need).filter(isOpen);
  const wrong = seldom(step.b, 10);
  let refusal: string | null = null;
  // What was never published does not exist for those who may not see it.
  if (wrong) refusal = need.wasPublished ? 'Forbidden' : 'NotFound';
  else if (status === 'CANCELLED' || status === 'FULFILLED') refusal = `WrongState ${status}`;
  else if (open.some(isUndecided)) refusal = 'WrongState DELIVERING';
  const by = wrong ? memberOf(model.partners[0]!) : kaderOf(need.village);
  const done = await foretold(stage, `cancel ${need.id}`, refusal, () =>
    lane.services.cancellation.cancel(by, { needId: need.id, reason: 'Tidak perlu lagi' }),
  );
  if (done === null) return;
  if (need.life === 'PUBLISHED') model.facts.push(['NEED_CANCELLED', need.id, null]);
  need.life = 'CANCELLED';
  for (const pledge of open.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    pledge.ended = 'CANCELLED';
    model.facts.push(['PLEDGE_CANCELLED', need.id, pledge.id]);
  }
}

export async function publishPolicy(stage: Stage, step: Step): Promise<void> {
  const { lane, world, model } = stage;
  const areas = [world.regency, world.regency, `${world.regency}.01`, world.villages[0]!.code];
  const areaCode = areas[step.a % areas.length]!;
  const wrong = seldom(step.b, 10);
  const by = wrong ? kaderOf(world.villages[0]!) : world.coordinator;
  const policy = policyOf(step.d);
  const made = await foretold(
    stage,
    `publishPolicy ${areaCode} ${JSON.stringify(policy)}`,
    wrong ? 'Forbidden' : null,
    () => lane.services.publication.publish(by, policyInput(policy, areaCode)),
  );
  if (made === null) return;
  const version = 1 + model.policies.filter((one) => one.areaCode === areaCode).length;
  if (made.version !== version) throw new Error(`version ${made.version} of the policy was to be ${version}`);
  model.policies.push({ id: made.id, areaCode, version, ...policy });
}

/** A new partner with a mandate in a small area, which changes whose mandate needs are from then on. */
export async function register(stage: Stage, step: Step): Promise<void> {
  const { lane, world, model } = stage;
  const areaCode = [`${world.regency}.01`, `${world.regency}.02`, world.villages[0]!.code][step.a % 3]!;
  const mandate = [sectors[step.b % 3]!];
  const cluster = ['red', 'green', 'blue'][step.c % 3]!;
  // Partners that were registered at the same instant would stand in no order that the model knows.
  await lane.clock.moveTo(new Date(lane.clock.now().getTime() + 1000));
  const code = `partner-${world.regency.replace('.', '-')}-${model.partners.length}`;
  const input = { code, name: code, kind: 'NGO' as const, cluster, mandate, areaCodes: [areaCode] };
  const made = await foretold(stage, `register ${JSON.stringify(input)}`, null, () =>
    lane.services.registration.register(world.coordinator, input),
  );
  model.partners.push({ id: made!.id, cluster, mandate, areaCode });
}
