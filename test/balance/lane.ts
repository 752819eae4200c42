import { type Actor, noOrigin } from '../../src/access/actor.ts';
import { openDatabase } from '../../src/app.ts';
import { checkSettings } from '../../src/balance/policy.rules.ts';
import { SuggestionService } from '../../src/balance/suggestion.service.ts';
import { compose, type Services } from '../../src/composition.ts';
import { readConfig } from '../../src/config.ts';
import { verifyBooks } from '../../src/books/verify-books.service.ts';
import { InputCheck } from '../../src/kernel/input-check.ts';
import type { NewNeed } from '../../src/needs/new-needs.service.ts';
import { newId } from '../../src/platform/ids.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { TestClock } from '../support/test-clock.ts';
import { TestDatabase } from '../support/test-database.ts';
import { until } from '../support/until.ts';
import { Model, type ModelPartner, type ModelPolicy, type ModelVillage } from './model.ts';
import { policyInput, type PolicyTerms } from './steps.ts';

export const sectors = ['water', 'school', 'market'] as const;
export const clusters = ['red', 'green', 'blue'] as const;

/** A regency with three villages in two districts and five partners, and the people who act there. */
export interface World {
  regency: string;
  villages: ModelVillage[];
  partners: ModelPartner[];
  coordinator: Actor;
}

const actor = (more: Partial<Actor>): Actor => ({
  accountId: newId('account'),
  roles: [],
  partnerId: null,
  areaCodes: [],
  villageIds: [],
  scopes: null,
  origin: noOrigin,
  ...more,
});

export const memberOf = (partner: ModelPartner): Actor =>
  actor({ accountId: `account_of_${partner.id}`, roles: ['PARTNER'], partnerId: partner.id });
export const kaderOf = (village: ModelVillage): Actor =>
  actor({ roles: ['VILLAGE'], villageIds: [village.id] });

/** The policy that every new database has. */
export const defaultPolicy: ModelPolicy = {
  id: 'policy_00000000000000000000000001',
  areaCode: null,
  version: 1,
  modes: {
    RECIPROCITY: 'ENFORCE',
    PARTNER_SHARE: 'ENFORCE',
    COLOUR_SHARE: 'APPROVAL',
    SPREAD: 'ADVISE',
    CAPACITY: 'ENFORCE',
  },
  creditRupiah: 250_000_000,
  greatestCreditRupiah: 1_000_000_000,
  permille: { partner: 600, colour: 800, spread: 700, lagging: 200, fulfilled: 500 },
  exemptRupiah: { partner: 50_000_000, colour: 50_000_000 },
  capacity: 20,
  synergyColours: 2,
  synergyDiversityTenths: 15,
  pledgeDays: 14,
  graceDays: 14,
};

/** Whatever the machine is busy with, a search of a test comes to its end. */
const SEARCH_MS = 120_000;
const WORLDS_AT_A_TIME = 25;
/** Longer than any story lasts; as short as that, so that shrinking a story does not go back past the first policy. */
const DAYS_APART = 700;

/** In the order of their registration; mandates meet in both districts, and market is nobody's. */
function partnersOf(regency: string): ModelPartner[] {
  const drafts: Omit<ModelPartner, 'id'>[] = [
    { cluster: 'red', mandate: ['water'], areaCode: regency },
    { cluster: 'green', mandate: ['water', 'school'], areaCode: `${regency}.01` },
    { cluster: 'blue', mandate: ['school'], areaCode: regency },
    { cluster: 'green', mandate: ['school'], areaCode: regency },
    { cluster: 'red', mandate: [], areaCode: regency },
  ];
  return drafts.map((draft) => ({ id: newId('partner'), ...draft }));
}

/**
 * A database with the services on it and a clock of its own, on which one world after the other is played. Each
 * lives long before the world before it, so that no clock ends what other worlds left open.
 */
export class Lane {
  readonly services: Services;
  readonly suggestions: SuggestionService;
  readonly clock: TestClock;
  readonly database: TestDatabase;
  private readonly ready: World[] = [];
  private worlds = 0;

  private constructor(services: Services, clock: TestClock, database: TestDatabase) {
    this.services = services;
    const { database: db, judge, partners } = services;
    this.suggestions = new SuggestionService(db, judge, partners, clock, SEARCH_MS);
    this.clock = clock;
    this.database = database;
  }

  /** With so many connections for writing, and so many things at once at the most. */
  static async open(writeConnections = 4): Promise<Lane> {
    const database = await TestDatabase.create();
    const clock = new TestClock();
    await clock.rule(database);
    const logger = createLogger('silent');
    const config = readConfig({
      DATABASE_URL: database.url,
      TOKEN_SECRET: 'x'.repeat(32),
      WRITE_CONNECTIONS: String(writeConnections),
    });
    const opened = await openDatabase(config, database.url, logger);
    const services = compose({ database: opened, clock, logger, tokenSecret: 'x'.repeat(32), tokenHours: 1 });
    await database.sql(
      `insert into clusters (code, name, colour) select c, c, '#1f77b4' from unnest($1::text[]) as c`,
      [clusters],
    );
    await database.sql(
      `insert into sectors (code, name, cluster_code) select s, s, 'red' from unnest($1::text[]) as s`,
      [sectors],
    );
    return new Lane(services, clock, database);
  }

  /** A world in which nothing has happened, and its model. The clock stands where Banten has the next day already. */
  async newWorld(): Promise<{ world: World; model: Model }> {
    if (this.ready.length === 0) await this.insertWorlds();
    const world = this.ready.pop()!;
    await this.clock.moveTo(new Date(Date.UTC(8000, 0, 1, 18) - this.worlds * DAYS_APART * 86_400_000));
    this.worlds += 1;
    return { world, model: new Model(world.villages, [...world.partners], [defaultPolicy]) };
  }

  /** The first policy of an area where nothing has happened yet, past the service, for what that costs. */
  async insertPolicy(areaCode: string, terms: PolicyTerms): Promise<ModelPolicy> {
    const { rules, ...rest } = policyInput(terms, areaCode);
    const settings = checkSettings(new InputCheck(), rules);
    const id = newId('policy');
    await this.database.sql(
      `insert into policies (id, version, area_id, rules, synergy_colours, synergy_diversity, pledge_days, grace_days,
        effective_from) select $1, 1, id, $2, $3, $4, $5, $6, '2020-01-01' from areas where code = $7`,
      [
        id,
        JSON.stringify(settings),
        rest.synergyColours,
        rest.synergyDiversity,
        rest.pledgeDays,
        rest.graceDays,
        areaCode,
      ],
    );
    return { id, areaCode, version: 1, ...terms };
  }

  /** Needs as if they had just been published, in one statement. */
  async insertNeeds(needs: readonly (NewNeed & { id: string })[]): Promise<void> {
    await this.database.sql(
      `with n as (select * from jsonb_to_recordset($1) as n(id text, "villageId" text, sector text, title text, unit text,
          "unitValue" bigint, quantity int, urgent boolean, "dueOn" date)),
        sums as (select "villageId", sum("unitValue" * quantity) as plan, count(*) as open from n group by "villageId"),
        made as (insert into needs (id, village_id, sector_code, title, unit, unit_value, quantity, urgent, due_on,
            status, published_at, created_at, updated_at)
          select id, "villageId", sector, title, unit, "unitValue", quantity, urgent, "dueOn", 'OPEN', $2, $2, $2 from n),
        planned as (update villages v set needed_rupiah = needed_rupiah + plan, open_needs = open_needs + open
          from sums where v.id = "villageId"),
        programme as (update programme_plan set needed_rupiah = needed_rupiah + (select sum(plan) from sums))
        insert into outbox (kind, occurred_at, village_code, village_id, need_id, sector_code, snapshot)
          select 'NEED_PUBLISHED', $2, v.code, v.id, n.id, n.sector,
            jsonb_build_object('village', jsonb_build_object('id', v.id, 'code', v.code),
              'need', jsonb_build_object('id', n.id, 'villageId', v.id, 'sectorCode', n.sector, 'status', 'OPEN', 'version', 1))
          from n join villages v on v.id = n."villageId" order by n.id`,
      [JSON.stringify(needs), this.clock.now()],
    );
  }

  private async insertWorlds(): Promise<void> {
    const made = Array.from({ length: WORLDS_AT_A_TIME }, (_, index) => this.worldAt(this.worlds + index));
    const areas = made.flatMap(({ regency, villages }) => [
      regency.slice(0, 2),
      regency,
      `${regency}.01`,
      `${regency}.02`,
      ...villages.map(({ code }) => code),
    ]);
    await this.insertAreas([...new Set(areas)]);
    const villages = made.flatMap((one) => one.villages);
    await this.database.sql(
      `insert into villages (id, area_id, code, name) select v.id, a.id, v.code, v.code
        from jsonb_to_recordset($1) as v(id text, code text) join areas a on a.code = v.code`,
      [JSON.stringify(villages)],
    );
    const partners = made.flatMap((one) => one.partners.map((partner, order) => ({ ...partner, order })));
    await this.database.sql(
      `with p as (select * from jsonb_to_recordset($1) as p(id text, cluster text, mandate text[], "areaCode" text, "order" int)),
        partner as (insert into partners (id, code, name, kind, cluster_code, created_at)
          select id, replace(id, '_', '-'), id, 'NGO', cluster, timestamptz '1990-01-01' + "order" * interval '1 day' from p),
        mandates as (insert into partner_mandates select id, unnest(mandate) from p)
        insert into partner_areas select p.id, a.id from p join areas a on a.code = p."areaCode"`,
      [JSON.stringify(partners)],
    );
    this.ready.push(...made);
  }

  private worldAt(number: number): World {
    const regency = `${10 + Math.trunc(number / 90)}.${10 + (number % 90)}`;
    const codes = [`${regency}.01.2001`, `${regency}.01.2002`, `${regency}.02.2001`];
    const villages = codes.map((code) => ({ id: newId('village'), code }));
    const coordinator = actor({ roles: ['COORDINATOR'], areaCodes: [regency] });
    return { regency, villages, partners: partnersOf(regency), coordinator };
  }

  private async insertAreas(codes: readonly string[]): Promise<void> {
    const levels = ['PROVINCE', 'REGENCY', 'DISTRICT', 'VILLAGE'];
    for (const [depth, level] of levels.entries()) {
      const here = codes.filter((code) => code.split('.').length === depth + 1);
      const rows = here.map((code) => ({
        id: newId('area'),
        code,
        parent: code.split('.').slice(0, -1).join('.'),
      }));
      await this.database.sql(
        `insert into areas (id, code, name, level, parent_id) select n.id, n.code, n.code, $2, a.id
          from jsonb_to_recordset($1) as n(id text, code text, parent text) left join areas a on a.code = n.parent
          on conflict do nothing`,
        [JSON.stringify(rows), level],
      );
    }
  }

  /** What `verify-books` finds wrong, once every event has its place in the feed. */
  async faultsInBooks(): Promise<object[]> {
    this.services.relay.start();
    const unstamped = async () =>
      (await this.database.sql<{ left: number }>('select count(*) as left from outbox'))[0]!.left;
    await until(async () => (await unstamped()) === 0, 'every event to have its place');
    await this.services.relay.stop();
    const faults: object[] = [];
    for await (const { name, breaches } of verifyBooks(this.services.database)) {
      if (breaches.length > 0) faults.push({ name, breaches });
    }
    return faults;
  }

  async close(): Promise<void> {
    await this.services.database.close();
    await this.database.drop();
  }
}
