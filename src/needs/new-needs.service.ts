import { assertMayKeepNeeds, assertSignedIn } from '../access/access.rules.ts';
import type { Actor } from '../access/actor.ts';
import { mutate, record } from '../audit/audit-trail.service.ts';
import { CHARACTERS } from '../kernel/bounds.ts';
import type { Clock } from '../kernel/clock.ts';
import { InputCheck } from '../kernel/input-check.ts';
import { notFound, Refused } from '../kernel/problems.ts';
import { MAX_NEED_RUPIAH } from '../kernel/rupiah.ts';
import { storable } from '../kernel/text.ts';
import { Sector } from '../partners/partner.entity.ts';
import type { Database, Transaction } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { timeOf } from '../platform/transaction-time.ts';
import type { VillageService } from '../villages/village.service.ts';
import type { NeedView } from './fact.ts';
import { Need } from './need.entity.ts';
import { needSubjects, needValueRupiah } from './need.rules.ts';
import type { NeedService } from './need.service.ts';

export interface NewNeed {
  villageId: string;
  sector: string;
  title: string;
  description?: string | null;
  unit: string;
  unitValue: number;
  quantity: number;
  dueOn?: string | null;
  urgent?: boolean | null;
  idempotencyKey?: string | null;
}

/** A new need whose fields are right by themselves. */
interface CheckedNeed {
  fields: Pick<Need, 'sectorCode' | 'title' | 'unit' | 'unitValue' | 'quantity' | 'urgent'> & {
    description: string | null;
    dueOn: string | null;
  };
  key: string | null;
  valueRupiah: number;
  /** Throws Refused if its dates are not fit for today. */
  timely(now: Date): void;
}

/** Writing down new needs: published at once, by themselves or as a list, or kept as drafts. */
export class NewNeeds {
  private readonly database: Database;
  private readonly clock: Clock;
  private readonly villages: VillageService;
  private readonly needs: NeedService;

  constructor(database: Database, clock: Clock, villages: VillageService, needs: NeedService) {
    this.database = database;
    this.clock = clock;
    this.villages = villages;
    this.needs = needs;
  }

  /** Publishes a need at once. Throws Refused; nothing is written then. */
  publish(actor: Actor, input: NewNeed): Promise<NeedView> {
    return this.create(actor, input, 'OPEN');
  }

  /** Keeps a need as a draft that only the village and its coordinators see. */
  draft(actor: Actor, input: NewNeed): Promise<NeedView> {
    return this.create(actor, input, 'DRAFT');
  }

  /** Publishes a village's whole list, in its order, as one transaction: all of it, or nothing. Throws Refused. */
  async publishList(actor: Actor, list: readonly [NewNeed, ...NewNeed[]]): Promise<NeedView[]> {
    assertSignedIn(actor);
    const checked = list.map((input) => this.check(input));
    const { villageId } = list[0];
    if (list.some((input) => input.villageId !== villageId)) {
      throw new Error('a list of needs is of one village');
    }
    return this.database.transaction(async (tx) => {
      const now = await timeOf(tx);
      for (const need of checked) need.timely(now);
      const views = await this.write(tx, actor, villageId, checked, 'OPEN', now);
      for (const view of views) {
        await record(tx, { actor, action: 'publishNeed', subjectIds: needSubjects(view) });
      }
      return views;
    });
  }

  private async create(actor: Actor, input: NewNeed, status: 'OPEN' | 'DRAFT'): Promise<NeedView> {
    assertSignedIn(actor);
    const checked = this.check(input);
    const { idempotencyKey: _, ...request } = input;
    const operation = status === 'OPEN' ? 'publishNeed' : 'draftNeed';
    const { key } = checked;
    return mutate(
      this.database,
      { actor, scope: actor.accountId, operation, key, input: request, subjects: needSubjects },
      async (tx, now) => {
        checked.timely(now);
        const [need] = await this.write(tx, actor, input.villageId, [checked], status, now);
        return need!;
      },
    );
  }

  /** The fields of a new need that are right by themselves. Throws Refused with all that is not. */
  private check(input: NewNeed): CheckedNeed {
    const check = new InputCheck();
    check.id('villageId', 'village', input.villageId);
    const fields = {
      sectorCode: input.sector,
      title: check.line('title', input.title, 3, CHARACTERS.title),
      description: check.optionalProse('description', input.description, CHARACTERS.description),
      unit: check.line('unit', input.unit, 1, CHARACTERS.unit),
      unitValue: check.positive('unitValue', input.unitValue),
      quantity: check.positive('quantity', input.quantity),
      dueOn: check.fromToday('dueOn', input.dueOn),
      urgent: input.urgent ?? false,
    };
    const key = check.idempotencyKey(input.idempotencyKey);
    check.done(this.clock.now());
    const value = needValueRupiah(fields);
    if (value === null) check.fault('quantity', 'input.value-too-great', { max: MAX_NEED_RUPIAH });
    check.done(this.clock.now());
    return { fields, key, valueRupiah: value!, timely: (now) => check.timely(now) };
  }

  private async write(
    tx: Transaction,
    actor: Actor,
    villageId: string,
    checked: readonly CheckedNeed[],
    status: 'OPEN' | 'DRAFT',
    now: Date,
  ): Promise<NeedView[]> {
    const village = await this.villages.lockFor(tx, villageId, (place) => assertMayKeepNeeds(actor, place));
    if (village === null) throw new Refused(notFound(['input', 'villageId'], 'not-found.village'));
    await this.assertSectorsKnown(tx, checked);
    const needs = checked.map(({ fields }) =>
      tx.em.create(
        Need,
        {
          id: newId('need'),
          villageId,
          ...fields,
          status,
          createdAt: now,
          updatedAt: now,
          publishedAt: status === 'OPEN' ? now : null,
        },
        { persist: true },
      ),
    );
    if (status === 'OPEN') {
      const neededRupiah = checked.reduce((sum, need) => sum + need.valueRupiah, 0);
      await this.villages.changeFigures(tx, village, { neededRupiah, openNeeds: needs.length });
    }
    const views: NeedView[] = [];
    for (const need of needs) {
      views.push(this.needs.record(tx, { need, village }, status === 'OPEN' ? ['NEED_PUBLISHED'] : [], now));
    }
    await tx.em.flush();
    return views;
  }

  private async assertSectorsKnown(tx: Transaction, checked: readonly CheckedNeed[]): Promise<void> {
    const codes = [...new Set(checked.map(({ fields }) => fields.sectorCode))];
    const known = await tx.em.find(Sector, { code: { $in: storable(codes) } });
    const check = new InputCheck();
    for (const code of codes) {
      if (!known.some((sector) => sector.code === code)) {
        check.fault('sector', 'input.unknown-sector', { code: code.slice(0, 60) });
      }
    }
    check.done();
  }
}
