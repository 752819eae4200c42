import { AREA_FIGURES_LOCK } from '../platform/locks.ts';
import type { LockedWork } from '../platform/locked-loop.ts';

const BATCH = 5000;

/** The trigger of the deletion adds them to the areas above their villages, in the same statement. */
const FOLD = `
  with folded as (
    delete from area_changes where id in (select id from area_changes order by id limit ${BATCH}) returning id)
  select count(*)::int as count from folded`;

/** Folds what facts have moved into the standing figures of the areas, moments after their commits. */
export const foldAreaFigures: LockedWork = {
  lock: AREA_FIGURES_LOCK,
  name: 'the figures of areas',
  async turn(session) {
    const [row] = await session.query<{ count: number }>(FOLD);
    return row!.count === BATCH;
  },
};
