import { BUMP, copyOfPledge, enter, set, type Targets, type Violation } from './violations.ts';

/** Statements past all services that make a figure differ from the sum it stands for. */
export function brokenSums(targets: Targets): Violation[] {
  const { villages, partners, need, untouched, aDraft, promised, committed, delivering, reported } = targets;
  return [
    [
      'needs_counters_guard',
      'needs_counters_equal_pledges',
      'a need that counts a pledge too many',
      set('needs', need, `pledged = pledged + 1, ${BUMP}`),
    ],
    [
      'needs_counters_guard',
      'needs_counters_equal_pledges',
      'a need that forgets what was verified',
      set('needs', need, `verified = 0, ${BUMP}`),
    ],
    [
      'pledges_need_guard',
      'needs_counters_equal_pledges',
      'a pledge that its need does not count',
      copyOfPledge(promised, {}),
    ],
    [
      'pledges_need_guard',
      'needs_counters_equal_pledges',
      'a pledge that ends while its need goes on counting it',
      set('pledges', promised, `status = 'EXPIRED', expires_at = null, ${BUMP}`),
    ],
    [
      'pledges_counters_guard',
      'pledges_counters_equal_deliveries',
      'a pledge that counts a delivery too many',
      set('pledges', delivering, `delivered = delivered + 1, ${BUMP}`),
    ],
    [
      'deliveries_counters_guard',
      'pledges_counters_equal_deliveries',
      'a delivery that its pledge does not count',
      `insert into deliveries (id, pledge_id, quantity, delivered_on, status, evidence, created_at) values ('delivery_01jd3m5a8zf6wvqk2x7r9c4b1e', '${committed.id}', 1, '2026-03-02', 'REPORTED', '{}', now())`,
    ],
    [
      'deliveries_counters_guard',
      'pledges_counters_equal_deliveries',
      'a delivery that is decided while its pledge does not count it',
      set('deliveries', reported, `status = 'VERIFIED', decided_at = now()`),
    ],
    [
      'villages_figures_guard',
      'villages_figures_equal_needs',
      'a village that plans more than its needs',
      set('villages', villages.cimarga, 'needed_rupiah = needed_rupiah + 1'),
    ],
    [
      'villages_figures_guard',
      'villages_figures_equal_needs',
      'a village that counts an open need too many',
      set('villages', villages.cimarga, 'open_needs = open_needs + 1'),
    ],
    [
      'needs_village_guard',
      'villages_figures_equal_needs',
      'a need that is published past its village',
      set('needs', aDraft, `status = 'OPEN', published_at = now(), ${BUMP}`),
    ],
    [
      'needs_village_guard',
      'villages_figures_equal_needs',
      'a need whose quantity changes past its village',
      set('needs', untouched, `quantity = quantity + 1, ${BUMP}`),
    ],
    [
      'colours_village_guard',
      'villages_figures_equal_needs',
      'a colour without commitments',
      `update village_colours set committed_rupiah = committed_rupiah + 1 where village_id = '${villages.cimarga.id}'`,
    ],
    [
      'pledges_fit_guard',
      'pledges_fit_their_need',
      'a pledge in another village than its need',
      copyOfPledge(promised, { village_id: `'${villages.sajira.id}'` }),
    ],
    [
      'pledges_fit_guard',
      'pledges_fit_their_need',
      'a pledge of another unit value than its need',
      copyOfPledge(promised, { unit_value: '1' }),
    ],
    [
      'ledger_fits_guard',
      'ledger_entries_fit_their_pledge',
      'support by another partner than the pledge’s',
      enter(targets, 'PEND', 1000, { supporter: partners.kodim }),
    ],
    [
      'ledger_fits_guard',
      'ledger_entries_fit_their_pledge',
      'support to another partner than the holder',
      enter(targets, 'PEND', 1000, { holder: partners.kodim }),
    ],
    [
      'ledger_fits_guard',
      'ledger_entries_equal_pledge',
      'support that was not committed',
      enter(targets, 'PEND', 1000),
    ],
    [
      'ledger_fits_guard',
      'ledger_entries_equal_pledge',
      'posted support that was not verified',
      enter(targets, 'POST', 1000),
    ],
    [
      'ledger_fits_guard',
      'ledger_entries_equal_pledge',
      'support that is voided while the pledge stands',
      enter(targets, 'VOID', 10_000),
    ],
  ];
}
