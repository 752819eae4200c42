import { sql } from 'kysely';
import type { Actor } from '../access/actor.ts';
import { dateInBanten } from '../kernel/calendar.ts';
import type { NewNeed } from '../needs/new-needs.service.ts';
import type { Database } from '../platform/database.ts';
import { SEED_LOCK } from '../platform/locks.ts';
import { timeOf } from '../platform/transaction-time.ts';
import type { AreaRecord } from './area-source.ts';
import { Cast, DEMO_DOMAIN } from './cast.service.ts';
import type { DemoServices, ServicesOn } from './demo-services.ts';
import { PROVINCE } from './demo/banten.ts';
import { type PlannedNeed, planNeeds } from './demo/needs.ts';
import { PARTNERS } from './demo/partners.ts';
import { planPledges } from './demo/pledges.ts';
import { FIRST_DAY, momentOf, publicationDay, timetable } from './demo/timetable.ts';
import { selectVillages } from './demo/villages.ts';
import { areaId, villageId } from './deterministic-id.ts';
import { Generator } from './generator.ts';
import { MovedClock } from './moved-clock.ts';
import type { Progress } from './progress.ts';
import { type PublishedNeed, StoryPlayer } from './story-player.service.ts';

/** The same for ever, so that everybody sees the same demo. */
const SEED = 36;

export interface LoadedDemo {
  villages: number;
  needs: number;
  /** Stories of pledges, and those among them whose claim was refused. */
  stories: number;
  refused: number;
}

/** The database holds something that the demo would mix with. */
export class DemoRefused extends Error {
  override readonly name = 'DemoRefused';
}

/**
 * The demo of Banten: villages, partners, accounts, needs, and pledges in every status, of which the last 60 days
 * are played through the real services by their own clock, so that feed and books agree.
 *
 * All of it is one transaction. A load that is cut off leaves nothing, and of two at once the second finds the
 * first one's demo.
 */
export class DemoSeed {
  private readonly database: Database;
  private readonly servicesOn: ServicesOn;

  constructor(database: Database, servicesOn: ServicesOn) {
    this.database = database;
    this.servicesOn = servicesOn;
  }

  /** True for a database that nobody has used yet. */
  async isUnused(): Promise<boolean> {
    const { rows } = await sql<{ isUsed: boolean }>`
      select exists (select from accounts) or exists (select from partners) or exists (select from needs)
        as is_used`.execute(this.database.systemReads);
    return !rows[0]!.isUsed;
  }

  /**
   * Loads the demo as of today, unless it is there: then answers null. Areas, clusters and sectors are there
   * already. Throws DemoRefused for a database with partners or needs of its own, or without Banten's areas, and
   * what `signal` aborts with.
   */
  async load(progress: Progress, signal?: AbortSignal): Promise<LoadedDemo | null> {
    const loaded = await this.database.atomically(async (database) => {
      await sql`select pg_advisory_xact_lock(${SEED_LOCK})`.execute(database.reads);
      if (await this.isPresent(database)) return null;
      await this.assertRoom(database);
      const checked: Progress = (...report) => {
        signal?.throwIfAborted();
        progress(...report);
      };
      return this.perform(database, checked);
    });
    // So that the first queries are planned by what is there.
    if (loaded !== null) {
      await this.database.transaction(async (tx) => void (await sql`analyze`.execute(tx.sql)));
    }
    return loaded;
  }

  private async isPresent(database: Database): Promise<boolean> {
    const { rows } = await sql`
      select from accounts where email = ${`admin${DEMO_DOMAIN}`}`.execute(database.reads);
    return rows.length > 0;
  }

  private async assertRoom(database: Database): Promise<void> {
    const { rows } = await sql<{ isTaken: boolean }>`
      select exists (select from partners) or exists (select from needs) as is_taken`.execute(database.reads);
    if (rows[0]!.isTaken) {
      throw new DemoRefused('The demo needs a database of its own: this one has partners or needs already.');
    }
  }

  private async perform(database: Database, progress: Progress): Promise<LoadedDemo> {
    const today = dateInBanten(await timeOf({ sql: database.reads }));
    const clock = await MovedClock.set(database, momentOf(today, FIRST_DAY));
    const services = this.servicesOn(database, clock);
    const generator = new Generator(SEED);
    const villages = await this.addVillages(database);
    const planned = planNeeds(villages, generator, today);
    const pledges = planPledges(planned, PARTNERS, generator);
    const cast = await Cast.assemble(database, services.registration, PARTNERS, clock);
    const needs = await this.publish(services, cast, planned, { clock, today, progress });
    const player = new StoryPlayer({ services, cast, clock, today, needs, pledges });
    const steps = timetable(pledges);
    for (const [index, step] of steps.entries()) {
      await player.play(step);
      progress('Pledges and deliveries', index + 1, steps.length);
    }
    await clock.release();
    return {
      villages: villages.length,
      needs: needs.length,
      stories: pledges.length,
      refused: player.refused,
    };
  }

  private async addVillages(database: Database): Promise<AreaRecord[]> {
    const { rows: areas } = await sql<AreaRecord>`
      select a.code, a.name, a.level, above.code as parent_code
      from areas a left join areas above on above.id = a.parent_id
      where a.code = ${PROVINCE.code} or a.code like ${`${PROVINCE.code}.%`} order by a.code`.execute(
      database.reads,
    );
    if (areas.length === 0) throw new DemoRefused(`The demo needs the areas of province ${PROVINCE.code}.`);
    const villages = selectVillages(areas);
    const rows = villages.map(({ code, name }) => ({
      id: villageId(code),
      area_id: areaId(code),
      code,
      name,
    }));
    await database.transaction(async (tx) => {
      await sql`
        insert into villages (id, area_id, code, name)
        select id, area_id, code, name from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as village(id text, area_id text, code text, name text)
        on conflict do nothing`.execute(tx.sql);
    });
    return villages;
  }

  /** Village by village. Answers the needs in the order of the plan. */
  private async publish(
    services: DemoServices,
    cast: Cast,
    planned: readonly PlannedNeed[],
    { clock, today, progress }: { clock: MovedClock; today: string; progress: Progress },
  ): Promise<PublishedNeed[]> {
    const ids = new Map<PlannedNeed, string>();
    const villages = Map.groupBy(planned, ({ villageCode }) => villageCode);
    for (const [place, [villageCode, needs]] of [...villages].entries()) {
      await clock.moveTo(momentOf(today, publicationDay(place, villages.size)));
      await publishOne(services, cast.keeper(villageCode), needs, ids);
      progress('Needs of the villages', ids.size, planned.length);
    }
    return planned.map((need) => ({
      id: ids.get(need)!,
      villageCode: need.villageCode,
      dueOn: need.dueOn,
    }));
  }
}

/** One village's whole list at once, then its drafts. */
async function publishOne(
  { newNeeds }: DemoServices,
  keeper: Actor,
  needs: readonly PlannedNeed[],
  ids: Map<PlannedNeed, string>,
): Promise<void> {
  const [first, ...others] = needs.filter(({ draft }) => !draft);
  if (first !== undefined) {
    const list = await newNeeds.publishList(keeper, [inputOf(first), ...others.map(inputOf)]);
    [first, ...others].forEach((need, at) => ids.set(need, list[at]!.id));
  }
  for (const need of needs.filter(({ draft }) => draft)) {
    ids.set(need, (await newNeeds.draft(keeper, inputOf(need))).id);
  }
}

function inputOf({ villageCode, unitValueRupiah, draft: _, ...rest }: PlannedNeed): NewNeed {
  return { ...rest, unitValue: unitValueRupiah, villageId: villageId(villageCode) };
}
