import { sql } from 'kysely';
import { assertSignedIn, mayGovern } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate } from '../audit/audit-trail.service.ts';
import { Area } from '../areas/area.entity.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { forbidden, Refused } from '../kernel/problems.ts';
import { isStorable } from '../kernel/text.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { rowOf } from '../platform/rows.ts';
import { Policy, type RuleSetting } from './policy.entity.ts';
import { checkSettings, type SettingInput } from './policy.rules.ts';
import type { PolicyRow } from './policy.service.ts';
import { regrade } from './regrading.service.ts';

export interface PolicyInput {
  areaCode?: string | null;
  rules: SettingInput[];
  synergyColours: number;
  synergyDiversity: number;
  pledgeDays: number;
  graceDays: number;
  note?: string | null;
  idempotencyKey?: string | null;
}

const subjects = ({ id, areaId }: PolicyRow): string[] => (areaId == null ? [id] : [id, areaId]);

/** Publishing policies: by the coordinator of the area, or an administrator. */
export class PolicyPublication {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Publishes the next version of an area's policy, in force from now on; earlier pledges keep theirs. Throws
   * Refused with Forbidden, or with InvalidInput for every fault.
   */
  async publish(actor: Actor, input: PolicyInput): Promise<PolicyRow> {
    assertSignedIn(actor);
    const { idempotencyKey, ...request } = input;
    const areaCode = input.areaCode ?? null;
    if (!mayGovern(actor, areaCode === null ? [] : [areaCode])) {
      throw new Refused(forbidden('forbidden.policy'));
    }
    const check = new InputCheck();
    const rules = checkSettings(check, input.rules);
    const range = (
      field: 'synergyColours' | 'synergyDiversity' | 'pledgeDays' | 'graceDays',
      min: number,
      max: number,
    ) => {
      const value = input[field];
      if (!(value >= min && value <= max)) check.fault(field, 'input.out-of-range', { min, max });
    };
    range('synergyColours', 1, 100);
    range('synergyDiversity', 1, 100);
    range('pledgeDays', 1, 366);
    range('graceDays', 0, 366);
    const note = check.optionalProse('note', input.note, CHARACTERS.note);
    const key = check.idempotencyKey(idempotencyKey);
    check.done();
    const scope = actor.accountId;
    return mutate(
      this.database,
      { actor, scope, operation: 'publishPolicy', key, input: request, subjects },
      async (tx, now) => {
        const area =
          areaCode === null || !isStorable(areaCode) ? null : await tx.em.findOne(Area, { code: areaCode });
        if (areaCode !== null && area === null) {
          check.fault('areaCode', 'input.unknown-area', { code: areaCode.slice(0, 60) });
          check.done();
        }
        const { synergyColours, synergyDiversity, pledgeDays, graceDays } = input;
        const terms = { rules, synergyColours, synergyDiversity, pledgeDays, graceDays, note };
        return this.write(tx, area, terms, now);
      },
    );
  }

  private async write(
    tx: Transaction,
    area: Area | null,
    terms: Pick<Policy, 'synergyColours' | 'synergyDiversity' | 'pledgeDays' | 'graceDays' | 'note'> & {
      rules: RuleSetting[];
    },
    now: Date,
  ): Promise<PolicyRow> {
    // Versions of one area follow each other; the lock ends with the transaction.
    const areaId = area?.id ?? null;
    await sql`select pg_advisory_xact_lock(hashtextextended(${`policy ${areaId ?? ''}`}, 0))`.execute(tx.sql);
    const last = await sql<{ version: number }>`
      select coalesce(max(version), 0)::int as version from policies
      where area_id is not distinct from ${areaId}`.execute(tx.sql);
    const version = last.rows[0]!.version + 1;
    const policy = tx.em.create(Policy, {
      id: newId('policy'),
      version,
      areaId,
      ...terms,
      effectiveFrom: now,
    });
    tx.em.persist(policy);
    await tx.em.flush();
    await regrade(tx, area?.code ?? null);
    return rowOf(policy);
  }
}
