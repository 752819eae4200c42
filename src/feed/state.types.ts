import { Field, ID, ObjectType } from 'type-graphql';
import { DeliveryFigures } from '../deliveries/delivery.types.ts';
import { NeedFigures } from '../needs/need.types.ts';
import { PartnerFigures } from '../partners/partner.types.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { PledgeFigures } from '../pledges/pledge.types.ts';
import { VillageFigures } from '../villages/village.types.ts';

/**
 * States at an event. They have no field `id` and are no Node: a client's cache keeps an object under its id, and would
 * show what was as what is.
 */
@ObjectType('NeedState', { description: 'A need as it was right after an event.' })
export class NeedStateType extends NeedFigures {
  @Field(() => ID, { description: 'The need’s id.' })
  needId!: string;
}

@ObjectType('VillageState', { description: 'A village as it was right after an event.' })
export class VillageStateType extends VillageFigures {
  @Field(() => ID, { description: 'The village’s id.' })
  villageId!: string;
}

@ObjectType('PartnerState', { description: 'A partner as it was right after an event.' })
export class PartnerStateType extends PartnerFigures {
  @Field(() => ID, { description: 'The partner’s id.' })
  partnerId!: string;
}

@ObjectType('PledgeState', { description: 'A pledge as it was right after an event.' })
export class PledgeStateType extends PledgeFigures {
  @Field(() => ID, { description: 'The pledge’s id.' })
  pledgeId!: string;
}

@ObjectType('DeliveryState', { description: 'A delivery as it was right after an event.' })
export class DeliveryStateType extends DeliveryFigures {
  @Field(() => ID, { description: 'The delivery’s id.' })
  deliveryId!: string;
}

export const DeliveryStateConnectionType = connectionType('DeliveryState', () => DeliveryStateType);
