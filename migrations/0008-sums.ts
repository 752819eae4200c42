import { Migration } from '@mikro-orm/migrations';
import { broken, guard, guards } from './0002-invariants.ts';

/**
 * A claim costs the same after ten thousand pledges as after none. Until now its rules, and the guards at its commit,
 * summed all pledges of its need, its village and its partner. These sums are tables from here on: triggers alone
 * write them, in the statement of the fact; the guards compare the counters with them, and `npm run verify-books`
 * proves them.
 */
type Guard = [name: string, table: string, when: string, body: string, condition?: string];

const promised = (row: string) => `${row}.status in ('AWAITING_APPROVAL', 'PLEDGED')`;
const committed = (row: string) => `${row}.status in ('COMMITTED', 'DELIVERING', 'FULFILLED')`;
/** What a pledge holds of its need, in the need's unit, while it is a promise, and from its commitment on. */
const pledgedUnits = (row: string) => `case when ${promised(row)} then ${row}.quantity else 0 end`;
const committedUnits = (row: string) => `case when ${promised(row)} then 0
    when ${committed(row)} then ${row}.quantity else ${row}.verified end`;
const openCount = (row: string) =>
  `(${row}.status in ('AWAITING_APPROVAL', 'PLEDGED', 'COMMITTED', 'DELIVERING'))::int`;
const fulfilledCount = (row: string) => `(${row}.status = 'FULFILLED')::int`;

/** A cancelled need has left its village's plan, and what its pledges hold is left out with it. */
const pledgesSummed = `
  declare
    by_pledged int := ${pledgedUnits('new')};
    by_committed int := ${committedUnits('new')};
    by_delivered int := new.delivered;
    by_verified int := new.verified;
    by_open int := ${openCount('new')};
    by_fulfilled int := ${fulfilledCount('new')};
    by_rupiah bigint;
  begin
    if tg_op = 'UPDATE' then
      by_pledged := by_pledged - (${pledgedUnits('old')});
      by_committed := by_committed - (${committedUnits('old')});
      by_delivered := by_delivered - old.delivered;
      by_verified := by_verified - old.verified;
      by_open := by_open - ${openCount('old')};
      by_fulfilled := by_fulfilled - ${fulfilledCount('old')};
    end if;
    by_rupiah := (by_pledged + by_committed) * new.unit_value;
    if tg_op = 'INSERT' then
      insert into need_sums as s (need_id, pledged, committed, delivered, verified)
        values (new.need_id, by_pledged, by_committed, by_delivered, by_verified)
        on conflict (need_id) do update set pledged = s.pledged + by_pledged, committed = s.committed + by_committed,
          delivered = s.delivered + by_delivered, verified = s.verified + by_verified;
      insert into village_partners as s (village_id, partner_id, reserved_rupiah)
        select new.village_id, new.partner_id, by_rupiah from needs n where n.id = new.need_id and n.status <> 'CANCELLED'
        on conflict (village_id, partner_id) do update set reserved_rupiah = s.reserved_rupiah + by_rupiah;
      insert into partner_pledges as s (partner_id, open_pledges, fulfilled_pledges, all_pledges)
        values (new.partner_id, by_open, by_fulfilled, 1)
        on conflict (partner_id) do update set open_pledges = s.open_pledges + by_open,
          fulfilled_pledges = s.fulfilled_pledges + by_fulfilled, all_pledges = s.all_pledges + 1;
      return null;
    end if;
    if (by_pledged, by_committed, by_delivered, by_verified) <> (0, 0, 0, 0) then
      update need_sums s set pledged = s.pledged + by_pledged, committed = s.committed + by_committed,
        delivered = s.delivered + by_delivered, verified = s.verified + by_verified where s.need_id = new.need_id;
    end if;
    if by_rupiah <> 0 then
      update village_partners s set reserved_rupiah = s.reserved_rupiah + by_rupiah from needs n
        where s.village_id = new.village_id and s.partner_id = new.partner_id
          and n.id = new.need_id and n.status <> 'CANCELLED';
    end if;
    if (by_open, by_fulfilled) <> (0, 0) then
      update partner_pledges s set open_pledges = s.open_pledges + by_open,
        fulfilled_pledges = s.fulfilled_pledges + by_fulfilled where s.partner_id = new.partner_id;
    end if;
    return null;
  end`;

const heldRupiah = `sum(((${pledgedUnits('p')}) + (${committedUnits('p')})) * p.unit_value)`;

/** Summed anew, so that it does not matter whether the pledges end before their need, after it, or with it. */
const needsSummed = `
  begin
    update village_partners s set reserved_rupiah = coalesce((
        select ${heldRupiah} from pledges p join needs n on n.id = p.need_id
        where p.village_id = s.village_id and p.partner_id = s.partner_id and n.status <> 'CANCELLED'), 0)
      where s.village_id = new.village_id and s.partner_id in (select partner_id from pledges where need_id = new.id);
    return null;
  end`;

const needCounters = (needId: string) => `
  declare differs boolean;
  begin
    select (n.pledged, n.committed, n.delivered, n.verified) is distinct from
        (coalesce(s.pledged, 0), coalesce(s.committed, 0), coalesce(s.delivered, 0), coalesce(s.verified, 0))
      into differs from needs n left join need_sums s on s.need_id = n.id where n.id = ${needId};
    if differs then ${broken('needs_counters_equal_pledges', needId)} end if;
    return null;
  end`;

const changed = (...columns: string[]) => {
  const of = (row: string) => columns.map((column) => `${row}.${column}`).join(', ');
  return `((${of('old')}) is distinct from (${of('new')}))`;
};
const given = (...columns: string[]) => `(${columns.map((column) => `new.${column} <> 0`).join(' or ')})`;
const NEED = ['pledged', 'committed', 'delivered', 'verified'];
const PLEDGE = ['delivered', 'verified'];
const PARTNER = ['open_pledges', 'fulfilled_pledges', 'all_pledges'];
const VILLAGE = [
  'needed_rupiah',
  'pledged_rupiah',
  'committed_rupiah',
  'delivered_rupiah',
  'verified_rupiah',
  'open_needs',
];

const bodyOf = (name: string): string => guards.find(([one]) => one === name)![3];

const followFacts = `begin ${broken('sums_follow_facts', 'tg_table_name::text')} end`;
const sums = ['need_sums', 'village_partners', 'partner_pledges'];

/** Guards that look at a row only when what they compare has moved, or is there from the beginning. */
const replaced: Guard[] = [
  ['needs_counters_guard', 'needs', 'deferred after update', needCounters('new.id'), changed(...NEED)],
  ['pledges_need_guard', 'pledges', 'deferred after insert or update', needCounters('new.need_id')],
  [
    'pledges_counters_guard',
    'pledges',
    'deferred after update',
    bodyOf('pledges_counters_guard'),
    changed(...PLEDGE),
  ],
  [
    'villages_figures_guard',
    'villages',
    'deferred after update',
    bodyOf('villages_figures_guard'),
    changed(...VILLAGE),
  ],
];

const added: Guard[] = [
  ['pledges_summed', 'pledges', 'after insert or update', pledgesSummed],
  [
    'needs_summed',
    'needs',
    'after update',
    needsSummed,
    `(old.status <> 'CANCELLED' and new.status = 'CANCELLED')`,
  ],
  ['needs_first_counters_guard', 'needs', 'deferred after insert', needCounters('new.id'), given(...NEED)],
  [
    'pledges_first_counters_guard',
    'pledges',
    'deferred after insert',
    bodyOf('pledges_counters_guard'),
    given(...PLEDGE),
  ],
  [
    'villages_first_figures_guard',
    'villages',
    'deferred after insert',
    bodyOf('villages_figures_guard'),
    given(...VILLAGE),
  ],
  ...sums.map((table): Guard => [
    `${table}_guard`,
    table,
    'before insert or update or delete',
    followFacts,
    '(pg_trigger_depth() = 0)',
  ]),
];

/** Sums from the facts, for this migration and for loads that pass the triggers. */
const rebuild = `
  ${sums.map((table) => `alter table ${table} disable trigger user; delete from ${table};`).join('\n  ')}
  insert into need_sums select p.need_id, sum(${pledgedUnits('p')}), sum(${committedUnits('p')}), sum(p.delivered),
    sum(p.verified) from pledges p group by p.need_id;
  insert into village_partners
    select p.village_id, p.partner_id, coalesce(${heldRupiah} filter (where n.status <> 'CANCELLED'), 0)
    from pledges p join needs n on n.id = p.need_id group by p.village_id, p.partner_id;
  insert into partner_pledges select p.partner_id, sum(${openCount('p')}), sum(${fulfilledCount('p')}), count(*)
    from pledges p group by p.partner_id;
  ${sums.map((table) => `alter table ${table} enable trigger user;`).join('\n  ')}`;

export class Sums extends Migration {
  override up(): void {
    this.tables();
    for (const [name, table] of replaced) this.drop(name, table);
    for (const one of [...replaced, ...added]) for (const statement of guard(...one)) this.addSql(statement);
    this.addSql(`create function rebuild_sums() returns void language sql as $$ ${rebuild} $$`);
    this.addSql('select rebuild_sums()');
  }

  override down(): void {
    this.addSql('drop function rebuild_sums()');
    for (const [name, table] of [...replaced, ...added]) this.drop(name, table);
    for (const [name] of replaced) {
      for (const statement of guard(...guards.find(([one]) => one === name)!)) this.addSql(statement);
    }
    for (const table of sums) this.addSql(`drop table ${table}`);
  }

  private drop(name: string, table: string): void {
    this.addSql(`drop trigger ${name} on ${table}`);
    this.addSql(`drop function ${name}()`);
  }

  private tables(): void {
    const key = (column: string) => `"${column}" text collate "C" not null`;
    const count = (column: string) => `"${column}" int not null default 0`;
    const tables: [table: string, columns: string[], keys: string[], references: Record<string, string>][] = [
      ['need_sums', [key('need_id'), ...NEED.map(count)], ['need_id'], { need_id: 'needs' }],
      [
        'village_partners',
        [key('village_id'), key('partner_id'), '"reserved_rupiah" bigint not null'],
        ['village_id', 'partner_id'],
        { village_id: 'villages', partner_id: 'partners' },
      ],
      [
        'partner_pledges',
        [key('partner_id'), ...PARTNER.map(count)],
        ['partner_id'],
        { partner_id: 'partners' },
      ],
    ];
    for (const [table, columns, keys, references] of tables) {
      const primary = keys.map((column) => `"${column}"`).join(', ');
      // Rows that change with every claim leave room for their next version on the same page.
      this.addSql(
        `create table "${table}" (${columns.join(', ')}, primary key (${primary})) with (fillfactor = 70)`,
      );
      for (const [column, target] of Object.entries(references)) {
        this.addSql(`alter table "${table}" add constraint "${table}_${column}_foreign"
          foreign key ("${column}") references "${target}" ("id") on update restrict on delete restrict`);
      }
    }
    this.addSql(`alter table "need_sums" add constraint "need_sums_range" check (
      pledged >= 0 and 0 <= verified and verified <= delivered and delivered <= committed)`);
    this.addSql(`alter table "village_partners" add constraint "village_partners_range" check (
      reserved_rupiah between 0 and 9007199254740991)`);
    this.addSql(`alter table "partner_pledges" add constraint "partner_pledges_range" check (
      open_pledges >= 0 and fulfilled_pledges >= 0 and open_pledges + fulfilled_pledges <= all_pledges)`);
  }
}
