import type { Generator } from '../generator.ts';
import { CIMARGA, NAMED_VILLAGES } from './banten.ts';
import type { DemoPartner } from './demo-partner.ts';
import { coveringArea } from './mandate-holder.ts';
import type { PlannedNeed } from './needs.ts';
import { planCancellation, planColourApproval, planUrgentApproval } from './pledge-exceptions.ts';
import { PledgePlanner } from './pledge-planner.ts';
import { storyDeck } from './pledge-story.ts';
import type { PlannedPledge } from './planned-pledge.ts';

/** Pledges in one village, and the share of villages that get so many; the rest stays untouched. */
const TOUCHES = [
  { pledges: 5, share: 0.06 },
  { pledges: 3, share: 0.12 },
  { pledges: 2, share: 0.15 },
  { pledges: 1, share: 0.25 },
];
const CIMARGA_PLEDGES = 2;
const NAMED_PLEDGES = 5;

type Exception = 'AWAITING_APPROVAL' | 'DECLINED' | 'CANCELLED';
const EXCEPTIONS: readonly (readonly [Exception, number])[] = [
  ['AWAITING_APPROVAL', 10],
  ['DECLINED', 6],
  ['CANCELLED', 6],
];

/**
 * The demo's pledges, about 400, in the order in which their stories are to be played, each from claim to
 * end before the next. Under the default policy every claim fits and passes, but for those that shall need
 * approval. Every partner has at least one. Over a third of the villages stay untouched, and so does the
 * need of Cimarga that newcomers claim.
 */
export function planPledges(
  needs: readonly PlannedNeed[],
  partners: readonly DemoPartner[],
  generator: Generator,
): PlannedPledge[] {
  const planner = new PledgePlanner(needs, partners, generator);
  const { slots, untouched } = touchedVillages(needs, generator);
  const exceptions = EXCEPTIONS.flatMap(([exception, count]) => Array<Exception>(count).fill(exception));
  const deck = storyDeck(slots.length, generator);
  const claims = slots.map((villageCode) => () => {
    const story = deck.pop();
    if (story && !planner.claimInVillage(villageCode, story)) deck.unshift(story);
  });
  const exceptional = exceptions.map(
    (exception) => () => planException(planner, exception, untouched, generator),
  );
  for (const episode of generator.shuffle([...claims, ...exceptional])) episode();
  for (const partner of partners) {
    if (planner.tally.pledges(partner.code) === 0) {
      planFirstPledge(planner, partner, new Set([...slots, ...untouched]));
    }
  }
  return planner.pledges;
}

/** Villages to pledge in, each as often as it gets pledges, and the others. */
function touchedVillages(needs: readonly PlannedNeed[], generator: Generator) {
  const named: readonly string[] = NAMED_VILLAGES.map((village) => village.code);
  const codes = [...new Set(needs.map((need) => need.villageCode))];
  const untouched = generator.shuffle(codes.filter((code) => !named.includes(code)));
  const slots = codes
    .filter((code) => named.includes(code))
    .flatMap((code) => Array<string>(code === CIMARGA ? CIMARGA_PLEDGES : NAMED_PLEDGES).fill(code));
  for (const { pledges, share } of TOUCHES) {
    const touched = untouched.splice(0, Math.round(codes.length * share));
    slots.push(...touched.flatMap((code) => Array<string>(pledges).fill(code)));
  }
  return { slots, untouched: new Set(untouched) };
}

/** Plans the exception in the first untouched village that allows it. */
function planException(
  planner: PledgePlanner,
  exception: Exception,
  untouched: Set<string>,
  generator: Generator,
): void {
  for (const villageCode of untouched) {
    const planned =
      exception === 'CANCELLED'
        ? planCancellation(planner, villageCode, generator)
        : planUrgentApproval(planner, villageCode, exception, generator) ||
          planColourApproval(planner, villageCode, exception, generator);
    if (!planned) continue;
    untouched.delete(villageCode);
    return;
  }
}

/** In the first village that allows it. */
function planFirstPledge(planner: PledgePlanner, partner: DemoPartner, villageCodes: Iterable<string>): void {
  for (const villageCode of villageCodes) {
    if (coveringArea(partner, villageCode) === null) continue;
    if (planner.claimInVillage(villageCode, 'COMMITTED', [partner])) return;
  }
}
