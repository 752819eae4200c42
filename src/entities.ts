import type { EntitySchema } from '@mikro-orm/core';
import { AreaSchema } from './areas/area.entity.ts';
import { AuditEntrySchema, AuditPendingSchema } from './audit/audit.entity.ts';
import { LedgerEntrySchema, PartnerBalanceSchema } from './balance/ledger.entity.ts';
import { PolicySchema } from './balance/policy.entity.ts';
import { DeliverySchema } from './deliveries/delivery.entity.ts';
import { EventSchema, FeedHeadSchema, FeedTermSchema, OutboxEventSchema } from './events/event.entity.ts';
import {
  AccountAreaSchema,
  AccountRoleSchema,
  AccountSchema,
  AccountVillageSchema,
} from './identity/account.entity.ts';
import { ApiTokenSchema } from './identity/api-token.entity.ts';
import { InvitationSchema } from './identity/invitation.entity.ts';
import { RefusedSignInSchema } from './identity/refused-sign-in.entity.ts';
import { SessionSchema } from './identity/session.entity.ts';
import { SignInOriginSchema } from './identity/sign-in-origin.entity.ts';
import { SignInThrottleSchema } from './identity/sign-in-throttle.entity.ts';
import { NeedSchema, NeedSumSchema } from './needs/need.entity.ts';
import {
  ClusterSchema,
  MandateSchema,
  PartnerAreaSchema,
  PartnerPledgesSchema,
  PartnerSchema,
  SectorSchema,
} from './partners/partner.entity.ts';
import { JobRunSchema, MovedClockSchema } from './platform/clock.entity.ts';
import { IdempotencyKeySchema } from './platform/idempotency.entity.ts';
import { PledgeSchema } from './pledges/pledge.entity.ts';
import { AreaChangeSchema, AreaFiguresSchema } from './villages/area-figures.entity.ts';
import {
  ProgrammePlanSchema,
  VillageColourSchema,
  VillagePartnerSchema,
  VillageSchema,
} from './villages/village.entity.ts';

/** Every table of the hub; a migration that forgets one fails the drift test. */
export const entities: EntitySchema[] = [
  AreaSchema,
  ClusterSchema,
  SectorSchema,
  PartnerSchema,
  PartnerPledgesSchema,
  MandateSchema,
  PartnerAreaSchema,
  VillageSchema,
  VillageColourSchema,
  VillagePartnerSchema,
  ProgrammePlanSchema,
  AreaChangeSchema,
  AreaFiguresSchema,
  AccountSchema,
  AccountRoleSchema,
  AccountAreaSchema,
  AccountVillageSchema,
  InvitationSchema,
  SessionSchema,
  ApiTokenSchema,
  RefusedSignInSchema,
  SignInOriginSchema,
  SignInThrottleSchema,
  NeedSchema,
  NeedSumSchema,
  PolicySchema,
  PledgeSchema,
  DeliverySchema,
  LedgerEntrySchema,
  PartnerBalanceSchema,
  OutboxEventSchema,
  EventSchema,
  FeedHeadSchema,
  FeedTermSchema,
  IdempotencyKeySchema,
  MovedClockSchema,
  JobRunSchema,
  AuditPendingSchema,
  AuditEntrySchema,
] as EntitySchema[];
