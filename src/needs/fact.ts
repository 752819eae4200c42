import type { EventKind } from '../events/event.entity.ts';
import type { Fact } from '../events/outbox.ts';
import type { PartnerRow } from '../partners/partner.service.ts';
import type { Row } from '../platform/rows.ts';
import type { VillageRow } from '../villages/village.service.ts';
import type { Need } from './need.entity.ts';

export type NeedRow = Row<Need>;

/** A need as reads and answers show it; with its village where that is to be shown as of the same moment. */
export type NeedView = NeedRow & { village?: VillageRow };

/** A row with what is written in confidence in it. */
interface Worded {
  id: string;
  note?: string | null;
  reason?: string | null;
}
interface WordedDelivery extends Worded {
  verificationNote?: string | null;
  evidence?: readonly string[];
}

/** A pledge's row with its deliveries. */
interface FactPledge extends Worded {
  deliveries: readonly WordedDelivery[];
}

/** The state that a fact led to. */
export interface FactState {
  need: NeedRow;
  village: VillageRow;
  pledge: FactPledge | null;
  partner: PartnerRow | null;
}

/** The pledge for everybody, and apart from it what it says in confidence; null where it can say nothing. */
function partedOf(pledge: FactPledge): { shown: object; words: object | null } {
  const { note = null, reason = null, deliveries, ...rest } = pledge;
  const parted = deliveries.map(partedDelivery);
  const shown = { ...rest, deliveries: parted.map((one) => one.shown) };
  if (note === null && reason === null && deliveries.length === 0) return { shown, words: null };
  return { shown, words: { id: pledge.id, note, reason, deliveries: parted.map((one) => one.words) } };
}

function partedDelivery(delivery: WordedDelivery): { shown: object; words: object } {
  const { note = null, reason = null, verificationNote = null, evidence = [], ...shown } = delivery;
  return { shown, words: { id: delivery.id, note, reason, verificationNote, evidence } };
}

/** The fact that happened to `state`, ready for the outbox. */
export function factOf(kind: EventKind, occurredAt: Date, state: FactState): Fact {
  const { need, village, pledge, partner } = state;
  // The reason of a cancelled need stands in the need, and is shown to nobody.
  const { cancelReason: _, ...shownNeed } = need;
  const { shown, words } = pledge === null ? { shown: null, words: null } : partedOf(pledge);
  return {
    kind,
    occurredAt,
    villageId: village.id,
    villageCode: village.code,
    needId: need.id,
    sectorCode: need.sectorCode,
    pledgeId: pledge?.id ?? null,
    partnerId: partner?.id ?? null,
    snapshot: { need: shownNeed, village, pledge: shown, partner },
    words,
  };
}
