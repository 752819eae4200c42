import { Migration } from '@mikro-orm/migrations';
import { broken, guard } from './0002-invariants.ts';

/**
 * Coverage and synergy of every area stand ready, and are never summed over a province when somebody looks. Were the
 * row of a province moved by each claim in it, all of its claims would wait for each other; so a fact only leaves a
 * row that says by how much its village's figures moved, and moments after the commit these rows are folded into the
 * areas above. What an area's figures are is both together, at every instant: a fold moves them from one to the other
 * in one statement.
 *
 * Triggers alone write both tables: to delete a change is to fold it.
 */
const RUPIAH = ['needed_rupiah', 'pledged_rupiah', 'committed_rupiah', 'delivered_rupiah', 'verified_rupiah'];
const LEVELS: [column: string, level: string][] = [
  ['untouched', 'UNTOUCHED'],
  ['single_colour', 'SINGLE_COLOUR'],
  ['multi_colour', 'MULTI_COLOUR'],
  ['synergy', 'SYNERGY'],
];
const FIGURES = ['villages', ...RUPIAH, 'open_needs', ...LEVELS.map(([column]) => column)];
const figures = FIGURES.join(', ');

/** What a row of villages adds to the figures of its areas. */
const partOf = (row: string): string[] => [
  '1',
  ...[...RUPIAH, 'open_needs'].map((column) => `${row}.${column}`),
  ...LEVELS.map(([, level]) => `(${row}.synergy = '${level}')::int`),
];
const moved = partOf('new').map((part, index) => `${part} - ${partOf('old')[index]}`);
const gone = partOf('old').map((part) => `- ${part}`);

const insert = `insert into area_changes (village_code, ${figures}) values`;
const villageAppeared = `begin ${insert} (new.code, ${partOf('new').join(', ')}); return null; end`;
const villageMoved = `
  begin
    if old.code = new.code then ${insert} (new.code, ${moved.join(', ')});
    else ${insert} (old.code, ${gone.join(', ')}), (new.code, ${partOf('new').join(', ')});
    end if;
    return null;
  end`;

/** The codes of a village, its district, regency and province. */
const lineage = (code: string) =>
  `(values (${code}), (left(${code}, 8)), (left(${code}, 5)), (left(${code}, 2))) as area(code)`;
/** Rows first, all zero: what is inserted must be in range by itself, and a change may be less than nothing. */
const fold = `
  begin
    insert into area_figures (area_code, ${figures})
      select distinct area.code, ${FIGURES.map(() => '0').join(', ')}
      from gone cross join lateral ${lineage('gone.village_code')} on conflict do nothing;
    update area_figures f set ${FIGURES.map((one) => `${one} = f.${one} + change.${one}`).join(', ')}
      from (select area.code, ${FIGURES.map((one) => `sum(gone.${one}) as ${one}`).join(', ')}
        from gone cross join lateral ${lineage('gone.village_code')} group by area.code) as change
      where f.area_code = change.code;
    return null;
  end`;

/** Figures from the villages, for this migration and for loads that pass the triggers. */
const rebuild = `
  alter table area_changes disable trigger user; delete from area_changes; alter table area_changes enable trigger user;
  alter table area_figures disable trigger user; delete from area_figures;
  insert into area_figures (area_code, ${figures})
    select area.code, ${FIGURES.map((_, index) => `sum(${partOf('v')[index]})`).join(', ')}
    from villages v cross join lateral ${lineage('v.code')} group by area.code;
  alter table area_figures enable trigger user;`;

const VILLAGE = ['code', ...RUPIAH, 'open_needs', 'synergy'];
const of = (row: string) => VILLAGE.map((column) => `${row}.${column}`).join(', ');

const refusal = `begin ${broken('figures_follow_facts', 'tg_table_name::text')} end`;
const byHand = '(pg_trigger_depth() = 0)';
const triggers: [name: string, table: string, when: string, body: string, condition?: string][] = [
  ['villages_appeared', 'villages', 'after insert', villageAppeared],
  [
    'villages_moved',
    'villages',
    'after update',
    villageMoved,
    `((${of('old')}) is distinct from (${of('new')}))`,
  ],
  ['area_changes_guard', 'area_changes', 'before insert or update', refusal, byHand],
  ['area_figures_guard', 'area_figures', 'before insert or update or delete', refusal, byHand],
];

export class AreaFigures extends Migration {
  override up(): void {
    const count = (column: string) => `"${column}" ${RUPIAH.includes(column) ? 'bigint' : 'int'} not null`;
    const columns = FIGURES.map(count).join(', ');
    this.addSql(`create table "area_changes" ("id" bigserial primary key, "village_code" text collate "C" not null,
      ${columns})`);
    this.addSql('create index "area_changes_by_village" on "area_changes" ("village_code")');
    this.addSql(`create table "area_figures" ("area_code" text collate "C" not null, ${columns},
      primary key ("area_code")) with (fillfactor = 70)`);
    this.addSql(`alter table "area_figures" add constraint "area_figures_range" check (
      ${FIGURES.map((column) => `${column} >= 0`).join(' and ')} and needed_rupiah <= 9007199254740991)`);
    this.addSql(`alter table "area_figures" add constraint "area_figures_levels" check (
      untouched + single_colour + multi_colour + synergy = villages)`);
    this.addSql(`create function area_changes_fold() returns trigger language plpgsql as $$ ${fold} $$`);
    this.addSql(`create trigger area_changes_fold after delete on area_changes referencing old table as gone
      for each statement execute function area_changes_fold()`);
    for (const one of triggers) for (const statement of guard(...one)) this.addSql(statement);
    this.addSql(`create function rebuild_area_figures() returns void language sql as $$ ${rebuild} $$`);
    this.addSql('select rebuild_area_figures()');
  }

  override down(): void {
    this.addSql('drop function rebuild_area_figures()');
    for (const [name, table] of triggers) this.addSql(`drop trigger ${name} on ${table}`);
    for (const table of ['area_changes', 'area_figures']) this.addSql(`drop table ${table}`);
    for (const name of ['area_changes_fold', ...triggers.map(([one]) => one)]) {
      this.addSql(`drop function ${name}()`);
    }
  }
}
