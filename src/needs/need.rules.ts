import { MAX_NEED_RUPIAH, valueRupiah } from '../kernel/rupiah.ts';
import { invalid, type Problem, wrongState } from '../kernel/problems.ts';
import type { NeedStatus } from './need.entity.ts';

/** A need's counters, in its own unit. */
export interface NeedCounters {
  quantity: number;
  pledged: number;
  committed: number;
  delivered: number;
  verified: number;
}

export type CounterChange = Partial<Omit<NeedCounters, 'quantity'>>;

/** What is still to be claimed. */
export function remainingOf(need: NeedCounters): number {
  return need.quantity - need.pledged - need.committed;
}

/** The status that the counters give a published need that was not cancelled. */
export function statusOf(need: NeedCounters): NeedStatus {
  if (need.verified === need.quantity) return 'FULFILLED';
  return remainingOf(need) > 0 ? 'OPEN' : 'COMMITTED';
}

/** What the whole need is worth, or null when that is more than one need may be. */
export function needValueRupiah(need: { quantity: number; unitValue: number }): number | null {
  const value = valueRupiah(need.quantity, need.unitValue);
  return value === null || value > MAX_NEED_RUPIAH ? null : value;
}

/** The counters after a change; negative changes give back. */
export function withChange(need: NeedCounters, change: CounterChange): NeedCounters {
  return {
    quantity: need.quantity,
    pledged: need.pledged + (change.pledged ?? 0),
    committed: need.committed + (change.committed ?? 0),
    delivered: need.delivered + (change.delivered ?? 0),
    verified: need.verified + (change.verified ?? 0),
  };
}

/** What `updateNeed` may do to a need in its present state. `change` holds only what is to change. */
export function updateProblem(
  need: NeedCounters & { status: NeedStatus; unitValue: number },
  change: { quantity?: number; unitValue?: number },
  hasPledges: boolean,
): Problem | null {
  if (need.status === 'CANCELLED' || need.status === 'FULFILLED') {
    return wrongState('state.need', need.status);
  }
  const claimed = need.pledged + need.committed;
  if (change.quantity !== undefined && change.quantity < claimed) {
    return invalid(['input', 'quantity'], 'input.below-claimed', { claimed });
  }
  if (change.unitValue !== undefined && change.unitValue !== need.unitValue && hasPledges) {
    return invalid(['input', 'unitValue'], 'input.unit-value-frozen');
  }
  const quantity = change.quantity ?? need.quantity;
  const unitValue = change.unitValue ?? need.unitValue;
  if (needValueRupiah({ quantity, unitValue }) !== null) return null;
  return invalid(['input', 'quantity'], 'input.value-too-great', { max: MAX_NEED_RUPIAH });
}

/** What an act on a need is about, for the audit trail. */
export function needSubjects(need: { readonly id: string; readonly villageId: string }): string[] {
  return [need.id, need.villageId];
}
