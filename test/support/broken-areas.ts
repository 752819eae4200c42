import type { Targets, Violation } from './violations.ts';

const FIGURES = `villages, needed_rupiah, pledged_rupiah, committed_rupiah, delivered_rupiah, verified_rupiah, open_needs,
  untouched, single_colour, multi_colour, synergy`;
const NOTHING = '0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0';

/** Statements past all services that would leave the standing figures of areas untrue. */
export function brokenAreas({ villages }: Targets): Violation[] {
  const byHand = (statement: string, table: string): Violation => [
    `${table}_guard`,
    'figures_follow_facts',
    'a figure that is written by hand',
    statement,
  ];
  // A rule that the change would break shows that the trigger leaves one, in the same statement.
  const planted = 'alter table area_changes add constraint planted check (open_needs <> 1) not valid;';
  return [
    byHand(
      `insert into area_changes (village_code, ${FIGURES}) values ('36.02.11.2005', ${NOTHING})`,
      'area_changes',
    ),
    byHand('update area_figures set open_needs = open_needs + 1', 'area_figures'),
    byHand('delete from area_figures', 'area_figures'),
    [
      'area_changes_fold',
      'area_figures_range',
      'a change that would leave an area with less than nothing',
      `alter table area_changes disable trigger area_changes_guard;
        insert into area_changes (village_code, ${FIGURES}) values ('36.02.11.2005', 0, -9007199254740991, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        delete from area_changes`,
    ],
    [
      'villages_appeared',
      'planted',
      'a new village that no area would count',
      `${planted} insert into villages (id, area_id, code, name, open_needs) select 'village_01jd3m5a8zf6wvqk2x7r9c4b1e', id,
        '36.99.99.9999', name, 1 from areas where code = '36'`,
    ],
    [
      'villages_moved',
      'planted',
      'a village whose figures move past its areas',
      `${planted} update villages set open_needs = open_needs + 1 where id = '${villages.cimarga.id}'`,
    ],
  ];
}
