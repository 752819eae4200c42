import { sql } from 'kysely';
import { assertSignedIn, mayGovern } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate } from '../audit/audit-trail.service.ts';
import { Area } from '../areas/area.entity.ts';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { forbidden, Refused } from '../kernel/problems.ts';
import { storable } from '../kernel/text.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { rowOf } from '../platform/rows.ts';
import { Cluster, Mandate, Partner, PartnerArea, type PartnerKind, Sector } from './partner.entity.ts';
import type { PartnerRow } from './partner.service.ts';

export interface Registration {
  code: string;
  name: string;
  kind: PartnerKind;
  cluster: string;
  mandate: string[];
  areaCodes: string[];
  idempotencyKey?: string | null;
}

const CODE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Registering partners: by an administrator, or a coordinator whose areas cover all of the partner's. */
export class PartnerRegistration {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Throws Refused with Forbidden, or with InvalidInput for every fault of the input. */
  async register(actor: Actor, input: Registration): Promise<PartnerRow> {
    assertSignedIn(actor);
    const { idempotencyKey, ...request } = input;
    if (!mayGovern(actor, input.areaCodes)) throw new Refused(forbidden('forbidden.register'));
    const check = new InputCheck();
    const name = check.line('name', input.name, 1, CHARACTERS.name);
    if (!CODE.test(input.code) || input.code.length < 2 || input.code.length > 60) {
      check.fault('code', 'input.bad-code');
    }
    checkList(check, 'mandate', input.mandate, ENTRIES.sectors);
    checkList(check, 'areaCodes', input.areaCodes, ENTRIES.partnerAreas);
    if (input.areaCodes.length === 0) check.fault('areaCodes', 'input.required');
    const key = check.idempotencyKey(idempotencyKey);
    check.done();
    const scope = actor.accountId;
    return mutate(
      this.database,
      { actor, scope, operation: 'registerPartner', key, input: request, subjects: ({ id }) => [id] },
      async (tx, now) => {
        const areas = await this.checkReferences(tx, check, input);
        const { code, kind, cluster } = input;
        const partner = tx.em.create(Partner, {
          id: newId('partner'),
          code,
          name,
          kind,
          clusterCode: cluster,
          createdAt: now,
        });
        tx.em.persist(partner);
        await tx.em.flush();
        for (const sectorCode of input.mandate) {
          tx.em.create(Mandate, { partnerId: partner.id, sectorCode }, { persist: true });
        }
        for (const { id } of areas) {
          tx.em.create(PartnerArea, { partnerId: partner.id, areaId: id }, { persist: true });
        }
        await tx.em.flush();
        return rowOf(partner);
      },
    );
  }

  private async checkReferences(tx: Transaction, check: InputCheck, input: Registration): Promise<Area[]> {
    // Two registrations of one code follow each other, so that the second hears that it is taken.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`partner ${input.code}`}, 0))`.execute(tx.sql);
    const taken = await tx.em.findOne(Partner, { code: input.code });
    if (taken !== null) check.fault('code', 'input.code-taken', { code: input.code });
    const [cluster = null] = await tx.em.find(Cluster, { code: { $in: storable([input.cluster]) } });
    if (cluster === null) {
      check.fault('cluster', 'input.unknown-cluster', { code: input.cluster.slice(0, 60) });
    }
    const sectors = await tx.em.find(Sector, { code: { $in: storable(input.mandate) } });
    for (const code of input.mandate) {
      if (!sectors.some((one) => one.code === code)) {
        check.fault('mandate', 'input.unknown-sector', { code: code.slice(0, 60) });
      }
    }
    const areas = await tx.em.find(Area, { code: { $in: storable(input.areaCodes) } });
    for (const code of input.areaCodes) {
      if (!areas.some((one) => one.code === code)) {
        check.fault('areaCodes', 'input.unknown-area', { code: code.slice(0, 60) });
      }
    }
    check.done();
    return areas;
  }
}

function checkList(check: InputCheck, field: string, codes: readonly string[], max: number): void {
  if (codes.length > max) check.fault(field, 'input.too-many', { max });
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice !== undefined) check.fault(field, 'input.twice', { value: twice.slice(0, 60) });
}
