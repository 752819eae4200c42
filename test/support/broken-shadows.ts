import { BUMP, copyOfPledge, set, type Targets, type Violation } from './violations.ts';

/** Statements past all services that would leave the triggers' own sums, or a row's first figures, untrue. */
export function brokenShadows(targets: Targets): Violation[] {
  const { villages, partners, need, untouched, promised } = targets;
  const otherNeed = 'need_01jd3m5a8zf6wvqk2x7r9c4b1e';
  return [
    [
      'needs_first_counters_guard',
      'needs_counters_equal_pledges',
      'a new need that counts pledges',
      `insert into needs (id, village_id, sector_code, title, unit, unit_value, quantity, pledged, status, created_at,
        updated_at, published_at) select '${otherNeed}', village_id, sector_code, title, unit, unit_value, quantity, 1,
        'OPEN', created_at, updated_at, published_at from needs where id = '${untouched.id}'`,
    ],
    [
      'pledges_first_counters_guard',
      'pledges_counters_equal_deliveries',
      'a new pledge that counts deliveries',
      // Its need counts it, so that nothing else is wrong.
      `${copyOfPledge(promised, { status: `'DELIVERING'` }).replace('status,', 'delivered, status,').replace(`'DELIVERING'`, `1, 'DELIVERING'`)};
        update needs set committed = committed + 5, delivered = delivered + 1, ${BUMP} where id = '${need.id}';
        update villages set committed_rupiah = committed_rupiah + 5000, delivered_rupiah = delivered_rupiah + 1000
        where id = '${villages.cimarga.id}'`,
    ],
    [
      'villages_first_figures_guard',
      'villages_figures_equal_needs',
      'a new village that plans without needs',
      `insert into villages (id, area_id, code, name, needed_rupiah) select 'village_01jd3m5a8zf6wvqk2x7r9c4b1e', id,
        '36.99.99.9999', name, 1 from areas where code = '36'`,
    ],
    [
      'pledges_summed',
      'village_partners_range',
      'a pledge worth more than any plan',
      copyOfPledge(promised, { quantity: '2', unit_value: '9007199254740991' }),
    ],
    [
      'needs_summed',
      'village_partners_range',
      'a need that is cancelled while its pledges hold more than any plan',
      `alter table pledges disable trigger user;
        ${copyOfPledge(promised, { quantity: '2', unit_value: '9007199254740991', need_id: `'${untouched.id}'` })};
        update needs set status = 'CANCELLED', cancel_reason = 'x', pledged = 0, committed = verified, delivered = verified,
        ${BUMP} where id = '${need.id}'`,
    ],
    ...[
      set('need_sums', { id: '' }, 'pledged = pledged + 1').replace(`id = ''`, `need_id = '${need.id}'`),
      `delete from village_partners where partner_id = '${partners.semen.id}'`,
      `insert into partner_pledges (partner_id, all_pledges) values ('${partners.perkim.id}', 1)`,
    ].map((statement, index): Violation => [
      ['need_sums_guard', 'village_partners_guard', 'partner_pledges_guard'][index]!,
      'sums_follow_facts',
      'a sum that is written by hand',
      statement,
    ]),
  ];
}
