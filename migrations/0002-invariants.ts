import { Migration } from '@mikro-orm/migrations';

/**
 * The rules that span rows, so that a bug in the code cannot break the books: counters equal the sums they stand
 * for (checked when a transaction commits), what has ended never changes, what is written for ever is never
 * rewritten. Each is an exception of class 23514 (check_violation) that carries the rule's name.
 *
 * Sums are safe without further locks: whoever changes a pledge holds its need's and its village's row.
 */
export const broken = (rule: string, detail: string) =>
  `raise exception using errcode = 'check_violation', constraint = '${rule}', message = '${rule}', detail = ${detail};`;

/**
 * One function and one trigger of the same name. `when` is a trigger clause such as `before update or delete`;
 * `condition`, in parentheses, is a further condition for it to fire.
 */
export function guard(name: string, table: string, when: string, body: string, condition?: string): string[] {
  const deferred = when.startsWith('deferred ');
  const events = when.replace('deferred ', '');
  const kind = deferred ? 'constraint trigger' : 'trigger';
  const timing = deferred ? 'deferrable initially deferred for each row' : 'for each row';
  const only = condition === undefined ? '' : `when ${condition}`;
  return [
    `create function ${name}() returns trigger language plpgsql as $$ ${body} $$`,
    `create ${kind} ${name} ${events} on ${table} ${timing} ${only} execute function ${name}()`,
  ];
}

const needCounters = (needId: string) => `
  declare need needs; summed record;
  begin
    select * into need from needs where id = ${needId};
    select
      coalesce(sum(quantity) filter (where status in ('AWAITING_APPROVAL', 'PLEDGED')), 0) as pledged,
      coalesce(sum(case when status in ('COMMITTED', 'DELIVERING', 'FULFILLED') then quantity else verified end)
        filter (where status not in ('AWAITING_APPROVAL', 'PLEDGED')), 0) as committed,
      coalesce(sum(delivered), 0) as delivered, coalesce(sum(verified), 0) as verified
      into summed from pledges where need_id = need.id;
    if (need.pledged, need.committed, need.delivered, need.verified)
      is distinct from (summed.pledged, summed.committed, summed.delivered, summed.verified) then
      ${broken('needs_counters_equal_pledges', 'need.id')}
    end if;
    return null;
  end`;

const pledgeCounters = (pledgeId: string) => `
  declare pledge pledges; summed record;
  begin
    select * into pledge from pledges where id = ${pledgeId};
    select coalesce(sum(quantity) filter (where status <> 'DISPUTED'), 0) as delivered,
      coalesce(sum(quantity) filter (where status = 'VERIFIED'), 0) as verified
      into summed from deliveries where pledge_id = pledge.id;
    if (pledge.delivered, pledge.verified) is distinct from (summed.delivered, summed.verified) then
      ${broken('pledges_counters_equal_deliveries', 'pledge.id')}
    end if;
    return null;
  end`;

const villageFigures = (villageId: string) => `
  declare village villages; summed record; colours numeric;
  begin
    select * into village from villages where id = ${villageId};
    select coalesce(sum(unit_value * quantity), 0) as needed, coalesce(sum(unit_value * pledged), 0) as pledged,
      coalesce(sum(unit_value * committed), 0) as committed, coalesce(sum(unit_value * delivered), 0) as delivered,
      coalesce(sum(unit_value * verified), 0) as verified, count(*) filter (where status = 'OPEN') as open_needs
      into summed from needs where village_id = village.id and status not in ('DRAFT', 'CANCELLED');
    select coalesce(sum(committed_rupiah), 0) into colours from village_colours where village_id = village.id;
    if (village.needed_rupiah, village.pledged_rupiah, village.committed_rupiah, village.delivered_rupiah,
        village.verified_rupiah, village.open_needs, village.committed_rupiah)
      is distinct from (summed.needed, summed.pledged, summed.committed, summed.delivered,
        summed.verified, summed.open_needs, colours) then
      ${broken('villages_figures_equal_needs', 'village.id')}
    end if;
    return null;
  end`;

const pledgeFits = `
  begin
    if not exists (select from needs
      where id = new.need_id and village_id = new.village_id and unit_value = new.unit_value) then
      ${broken('pledges_fit_their_need', 'new.id')}
    end if;
    return null;
  end`;

const needFrozen = `
  begin
    if old.status in ('CANCELLED', 'FULFILLED') then ${broken('needs_ended_never_change', 'old.id')} end if;
    if new.village_id <> old.village_id or new.id <> old.id then
      ${broken('needs_stay_in_their_village', 'old.id')}
    end if;
    if new.unit_value <> old.unit_value and exists (select from pledges where need_id = old.id) then
      ${broken('needs_unit_value_frozen_by_pledges', 'old.id')}
    end if;
    if new.version <= old.version then ${broken('needs_version_rises', 'old.id')} end if;
    return new;
  end`;

const pledgeSteps = `
  begin
    if old.status not in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING') then
      ${broken('pledges_ended_never_change', 'old.id')}
    end if;
    if (new.id, new.need_id, new.village_id, new.partner_id, new.quantity, new.unit_value, new.policy_id, new.verdicts)
      is distinct from (old.id, old.need_id, old.village_id, old.partner_id, old.quantity, old.unit_value,
        old.policy_id, old.verdicts) then
      ${broken('pledges_keep_what_was_claimed', 'old.id')}
    end if;
    if new.holder_id is distinct from old.holder_id and old.status <> 'PLEDGED' then
      ${broken('pledges_holder_frozen_at_commit', 'old.id')}
    end if;
    if (old.status, new.status) not in (values
      ('AWAITING_APPROVAL', 'PLEDGED'), ('AWAITING_APPROVAL', 'DECLINED'), ('PLEDGED', 'COMMITTED'),
      ('COMMITTED', 'DELIVERING'), ('DELIVERING', 'DELIVERING'), ('DELIVERING', 'FULFILLED'))
      and new.status not in ('EXPIRED', 'WITHDRAWN', 'CANCELLED') then
      ${broken('pledges_step_is_known', `old.status || ' to ' || new.status`)}
    end if;
    if new.version <= old.version then ${broken('pledges_version_rises', 'old.id')} end if;
    return new;
  end`;

const deliverySteps = `
  begin
    if old.status <> 'REPORTED' then ${broken('deliveries_decided_never_change', 'old.id')} end if;
    if (new.id, new.pledge_id, new.quantity, new.delivered_on)
      is distinct from (old.id, old.pledge_id, old.quantity, old.delivered_on) then
      ${broken('deliveries_keep_what_was_reported', 'old.id')}
    end if;
    return new;
  end`;

const ledgerFits = `
  declare pledge pledges; rest numeric;
  begin
    select * into pledge from pledges where id = new.pledge_id;
    if pledge.partner_id is distinct from new.supporter_id or pledge.holder_id is distinct from new.holder_id then
      ${broken('ledger_entries_fit_their_pledge', 'new.pledge_id')}
    end if;
    select coalesce(sum(case kind when 'PEND' then amount_rupiah else -amount_rupiah end), 0)
      into rest from ledger_entries where pledge_id = new.pledge_id;
    if rest <> (case when pledge.status in ('COMMITTED', 'DELIVERING')
      then (pledge.quantity - pledge.verified) * pledge.unit_value else 0 end) then
      ${broken('ledger_entries_equal_pledge', 'new.pledge_id')}
    end if;
    return null;
  end`;

const never = (rule: string) => `begin ${broken(rule, `'append only'`)} end`;

const eventOnlyStamped = `
  begin
    if tg_op = 'DELETE' or old.position is not null or new.position is null
      or to_jsonb(new) - 'position' is distinct from to_jsonb(old) - 'position' then
      ${broken('events_only_get_their_position', 'old.id::text')}
    end if;
    return new;
  end`;

export const guards: [name: string, table: string, when: string, body: string][] = [
  ['needs_counters_guard', 'needs', 'deferred after insert or update', needCounters('new.id')],
  ['pledges_need_guard', 'pledges', 'deferred after insert or update', needCounters('new.need_id')],
  ['pledges_counters_guard', 'pledges', 'deferred after insert or update', pledgeCounters('new.id')],
  [
    'deliveries_counters_guard',
    'deliveries',
    'deferred after insert or update',
    pledgeCounters('new.pledge_id'),
  ],
  ['villages_figures_guard', 'villages', 'deferred after insert or update', villageFigures('new.id')],
  ['needs_village_guard', 'needs', 'deferred after insert or update', villageFigures('new.village_id')],
  [
    'colours_village_guard',
    'village_colours',
    'deferred after insert or update',
    villageFigures('new.village_id'),
  ],
  ['pledges_fit_guard', 'pledges', 'deferred after insert', pledgeFits],
  ['needs_frozen_guard', 'needs', 'before update', needFrozen],
  ['pledges_steps_guard', 'pledges', 'before update', pledgeSteps],
  ['deliveries_steps_guard', 'deliveries', 'before update', deliverySteps],
  ['ledger_fits_guard', 'ledger_entries', 'deferred after insert', ledgerFits],
  ['ledger_append_only', 'ledger_entries', 'before update or delete', never('ledger_entries_append_only')],
  ['policies_append_only', 'policies', 'before update or delete', never('policies_append_only')],
  ['needs_never_deleted', 'needs', 'before delete', never('needs_never_deleted')],
  ['pledges_never_deleted', 'pledges', 'before delete', never('pledges_never_deleted')],
  ['deliveries_never_deleted', 'deliveries', 'before delete', never('deliveries_never_deleted')],
  ['events_append_only', 'events', 'before update or delete', eventOnlyStamped],
];

const defaultRules = JSON.stringify([
  { rule: 'RECIPROCITY', mode: 'ENFORCE', limit: 250_000_000, floor: null, ceiling: 1_000_000_000 },
  { rule: 'PARTNER_SHARE', mode: 'ENFORCE', limit: 0.6, floor: 50_000_000, ceiling: null },
  { rule: 'COLOUR_SHARE', mode: 'APPROVAL', limit: 0.8, floor: 50_000_000, ceiling: null },
  { rule: 'SPREAD', mode: 'ADVISE', limit: 0.7, floor: 0.2, ceiling: null },
  { rule: 'CAPACITY', mode: 'ENFORCE', limit: 20, floor: 0.5, ceiling: null },
]);

export class Invariants extends Migration {
  override up(): void {
    for (const one of guards) for (const statement of guard(...one)) this.addSql(statement);
    this.addSql('insert into feed_head (id, position) values (1, 0)');
    this.addSql('insert into programme_plan (id, needed_rupiah) values (1, 0)');
    this.addSql(`insert into policies (id, version, rules, synergy_colours, synergy_diversity, pledge_days, grace_days,
      effective_from, note) values ('policy_00000000000000000000000001', 1, '${defaultRules}', 2, 1.5, 14, 14,
      '2020-01-01T00:00:00Z', 'Default policy')`);
  }

  override down(): void {
    this.addSql('delete from feed_head');
    this.addSql('delete from programme_plan');
    for (const [name, table] of guards) {
      this.addSql(`drop trigger ${name} on ${table}`);
      this.addSql(`drop function ${name}()`);
    }
    this.addSql('delete from policies');
  }
}
