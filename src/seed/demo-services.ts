import type { DeliveryService } from '../deliveries/delivery.service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { NewNeeds } from '../needs/new-needs.service.ts';
import type { PartnerRegistration } from '../partners/partner-registration.service.ts';
import type { Database } from '../platform/database.ts';
import type { ClaimService } from '../pledges/claim.service.ts';
import type { NeedCancellation } from '../pledges/need-cancellation.service.ts';
import type { PledgeService } from '../pledges/pledge.service.ts';

/** The services through which the demo's people act: the same as everybody's. */
export interface DemoServices {
  registration: PartnerRegistration;
  newNeeds: NewNeeds;
  claims: ClaimService;
  pledges: PledgeService;
  deliveries: DeliveryService;
  cancellation: NeedCancellation;
}

/** Makes them over a database, to live by that clock. */
export type ServicesOn = (database: Database, clock: Clock) => DemoServices;
