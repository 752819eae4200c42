import type { PledgeStatus } from '../../src/pledges/pledge.entity.ts';
import { type AreaRecord, readAreas } from '../../src/seed/area-source.ts';
import { type PlannedNeed, planNeeds } from '../../src/seed/demo/needs.ts';
import { PARTNERS } from '../../src/seed/demo/partners.ts';
import type { PlannedPledge, PledgeStory } from '../../src/seed/demo/planned-pledge.ts';
import { planPledges } from '../../src/seed/demo/pledges.ts';
import { selectVillages } from '../../src/seed/demo/villages.ts';
import { Generator } from '../../src/seed/generator.ts';

const statusesByStory: Partial<Record<PledgeStory, PledgeStatus>> = {
  EXPIRED_PLEDGE: 'EXPIRED',
  EXPIRED_COMMITMENT: 'EXPIRED',
  DISPUTED: 'DELIVERING',
};

function needLine({
  villageCode,
  title,
  sector,
  quantity,
  unitValueRupiah,
  dueOn,
  urgent,
  draft,
}: PlannedNeed) {
  const flags = [urgent, draft].map((flag) => (flag ? 't' : 'f'));
  const fields = [villageCode, title, sector, quantity, unitValueRupiah, dueOn, ...flags];
  return fields.filter((field) => field !== null).join(' | ');
}

function pledgeLine(
  { partnerCode, quantity, story, deliveries }: PlannedPledge,
  { villageCode, title }: PlannedNeed,
) {
  const sum = (outcomes: readonly string[]) =>
    deliveries.reduce((total, one) => total + (outcomes.includes(one.outcome) ? one.quantity : 0), 0);
  const counters = [sum(['VERIFIED', 'REPORTED']), sum(['VERIFIED']), deliveries.length];
  return [villageCode, title, partnerCode, quantity, statusesByStory[story] ?? story, ...counters].join(
    ' | ',
  );
}

/** What the demo of that day must be once all its stories are told: one line a need, and one a pledge, sorted. */
export async function expectedDemo(today: string): Promise<{ needs: string[]; pledges: string[] }> {
  const areas: AreaRecord[] = [];
  for await (const batch of readAreas({ province: '36' })) areas.push(...batch);
  const generator = new Generator(36);
  const needs = planNeeds(selectVillages(areas), generator, today);
  const pledges = planPledges(needs, PARTNERS, generator);
  return {
    needs: needs.map(needLine).toSorted(),
    pledges: pledges.map((pledge) => pledgeLine(pledge, needs[pledge.needIndex]!)).toSorted(),
  };
}

/** The same lines from a database. */
export const demoNeeds = `
  select concat_ws(' | ', v.code, n.title, n.sector_code, n.quantity, n.unit_value, n.due_on, n.urgent,
    n.status = 'DRAFT') as line
  from needs n join villages v on v.id = n.village_id`;

export const demoPledges = `
  select concat_ws(' | ', v.code, n.title, s.code, p.quantity, p.status, p.delivered, p.verified,
    (select count(*) from deliveries d where d.pledge_id = p.id)) as line
  from pledges p join needs n on n.id = p.need_id join villages v on v.id = p.village_id
    join partners s on s.id = p.partner_id`;

/** Rows that the last event of each does not show as they are. */
export const staleOnTheFeed: Readonly<Record<string, string>> = {
  needs: `
    with last as (select distinct on (need_id) need_id, snapshot -> 'need' as shown from events order by need_id, id desc)
    select n.id from needs n left join last on last.need_id = n.id
    where n.status <> 'DRAFT'
      and (select array_agg(shown ->> name order by name) from unnest(
        array['quantity', 'pledged', 'committed', 'delivered', 'verified', 'status', 'version']) as name)
      is distinct from (select array_agg(to_jsonb(n) ->> name order by name) from unnest(
        array['quantity', 'pledged', 'committed', 'delivered', 'verified', 'status', 'version']) as name)`,
  pledges: `
    with last as (
      select distinct on (pledge_id) pledge_id, snapshot -> 'pledge' as shown from events
      where pledge_id is not null order by pledge_id, id desc)
    select p.id from pledges p left join last on last.pledge_id = p.id
    where (shown ->> 'status', shown ->> 'version', jsonb_array_length(shown -> 'deliveries'))
      is distinct from (p.status, p.version::text, (select count(*) from deliveries d where d.pledge_id = p.id))`,
  villages: `
    with last as (
      select distinct on (village_id) village_id, snapshot -> 'village' as shown from events order by village_id, id desc)
    select v.id from villages v left join last on last.village_id = v.id
    where (shown ->> 'committedRupiah', shown ->> 'openNeeds', shown ->> 'synergy')
      is distinct from (v.committed_rupiah::text, v.open_needs::text, v.synergy)`,
};
