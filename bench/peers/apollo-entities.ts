import { defineEntity, p } from '@mikro-orm/core';

/** The hub's tables as an application maps them that lets its ORM follow the references. */
const key = () => p.string().primary();
const rupiah = () => p.bigint('number');
const now = () => new Date();

const AreaSchema = defineEntity({
  name: 'Area',
  tableName: 'areas',
  properties: {
    id: key(),
    code: p.string(),
    name: p.string(),
    parent: () => p.manyToOne(Area).nullable(),
  },
});
export class Area extends AreaSchema.class {}
AreaSchema.setClass(Area);

const PartnerSchema = defineEntity({
  name: 'Partner',
  tableName: 'partners',
  properties: { id: key(), name: p.string(), code: p.string() },
});
export class Partner extends PartnerSchema.class {}
PartnerSchema.setClass(Partner);

const VillageSchema = defineEntity({
  name: 'Village',
  tableName: 'villages',
  properties: {
    id: key(),
    code: p.string(),
    name: p.string(),
    pledgedRupiah: rupiah(),
    openNeeds: p.integer(),
  },
});
export class Village extends VillageSchema.class {}
VillageSchema.setClass(Village);

const NeedSchema = defineEntity({
  name: 'Need',
  tableName: 'needs',
  properties: {
    id: key(),
    village: () => p.manyToOne(Village).ref(),
    sectorCode: p.string(),
    title: p.string(),
    unit: p.string(),
    unitValue: rupiah(),
    quantity: p.integer(),
    pledged: p.integer(),
    committed: p.integer(),
    status: p.string(),
    version: p.integer().version(),
    updatedAt: p.datetime().onUpdate(now),
  },
});
export class Need extends NeedSchema.class {}
NeedSchema.setClass(Need);

const PledgeSchema = defineEntity({
  name: 'Pledge',
  tableName: 'pledges',
  properties: {
    id: key(),
    need: () => p.manyToOne(Need).ref(),
    village: () => p.manyToOne(Village).ref(),
    partner: () => p.manyToOne(Partner).ref(),
    policyId: p.string(),
    quantity: p.integer(),
    unitValue: rupiah(),
    status: p.string(),
    expiresAt: p.datetime().nullable(),
    dueOn: p.string(),
    verdicts: p.json<object[]>(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});
export class Pledge extends PledgeSchema.class {}
PledgeSchema.setClass(Pledge);

const EventSchema = defineEntity({
  name: 'Event',
  tableName: 'events',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    kind: p.string(),
    occurredAt: p.datetime(),
    villageCode: p.string(),
    village: () => p.manyToOne(Village).ref(),
    need: () => p.manyToOne(Need).ref(),
    sectorCode: p.string(),
    pledge: () => p.manyToOne(Pledge).ref(),
    partner: () => p.manyToOne(Partner).ref(),
    snapshot: p.json<object>(),
  },
});
export class Event extends EventSchema.class {}
EventSchema.setClass(Event);

const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    scope: p.string().primary(),
    operation: p.string().primary(),
    key: p.string().primary(),
    inputHash: p.string(),
    createdAt: p.datetime(),
  },
});
export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);

export const entities = [Area, Partner, Village, Need, Pledge, Event, IdempotencyKey];
