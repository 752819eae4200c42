import type { EventKind } from '../events/event.entity.ts';
import type { Fact } from '../events/outbox.ts';
import type { PartnerRow } from '../partners/partner.service.ts';
import type { Row } from '../platform/rows.ts';
import type { VillageRow } from '../villages/village.service.ts';
import type { Need } from './need.entity.ts';

export type NeedRow = Row<Need>;

/** A need as reads, answers and events show it; with its village where that is to be shown as of the same moment. */
export type NeedView = NeedRow & { village?: VillageRow };

/** What an event shows. `pledge` is a pledge's row with its deliveries. */
export interface FactState {
  need: NeedRow;
  village: VillageRow;
  pledge: { id: string } | null;
  partner: PartnerRow | null;
}

/** The fact that happened to `state`, ready for the outbox. */
export function factOf(kind: EventKind, occurredAt: Date, state: FactState): Fact {
  const { need, village, pledge, partner } = state;
  return {
    kind,
    occurredAt,
    villageId: village.id,
    villageCode: village.code,
    needId: need.id,
    sectorCode: need.sectorCode,
    pledgeId: pledge?.id ?? null,
    partnerId: partner?.id ?? null,
    snapshot: state,
  };
}
