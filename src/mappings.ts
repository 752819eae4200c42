import { areaMapping } from './areas/area.mapping.ts';
import { deliveryMapping } from './deliveries/delivery.mapping.ts';
import { needMapping } from './needs/need.mapping.ts';
import { partnerMapping } from './partners/partner.mapping.ts';
import type { ModuleMapping } from './platform/read-plan/mapping.ts';
import { pledgeMapping } from './pledges/pledge.mapping.ts';
import { villageMapping } from './villages/village.mapping.ts';

/** What of the API reads plans answer with one statement; the rest takes the way of the resolvers. */
export const mappings: readonly ModuleMapping[] = [
  areaMapping,
  partnerMapping,
  villageMapping,
  needMapping,
  pledgeMapping,
  deliveryMapping,
];
