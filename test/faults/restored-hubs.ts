import { afterAll } from '@jest/globals';
import type { SinergiClient } from '../../client/sinergi-client.ts';
import { claim, type Need, publish } from '../support/acts.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { type TestHub, testHub } from '../support/test-hub.ts';
import { buildWorld, type World } from '../support/world.ts';

/** A hub on one history of the feed, and who claims and reads there. */
export class HistoryHub {
  readonly hub: TestHub;
  readonly auditor: SinergiClient;
  private readonly partner: SinergiClient;
  private readonly need: Need;

  constructor(hub: TestHub, auditor: SinergiClient, partner: SinergiClient, need: Need) {
    this.hub = hub;
    this.auditor = auditor;
    this.partner = partner;
    this.need = need;
  }

  get filter(): { needIds: string[] } {
    return { needIds: [this.need.id] };
  }

  get villageId(): string {
    return this.need.village.id;
  }

  /** So many more events, each with its place. */
  async claimTimes(count: number): Promise<void> {
    for (let times = 0; times < count; times += 1) await claim(this.partner, this.need.id, 1);
    await this.hub.feedStamped();
  }

  /** Of another need, in another village. */
  async tellElsewhere(as: SinergiClient, villageId: string): Promise<string> {
    const { id } = await publish(as, { villageId });
    await this.hub.feedStamped();
    return id;
  }

  /** The last position that was given. */
  async head(): Promise<number> {
    const [row] = await this.hub.database.sql<{ position: number }>('select position from feed_head');
    return row!.position;
  }
}

/** Hubs of one test file whose databases are copies of each other, as backups that were restored. */
export class RestoredHubs {
  readonly original: HistoryHub;
  readonly world: World;
  private readonly copies: TestDatabase[] = [];
  private readonly need: Need;

  private constructor(original: HistoryHub, world: World, need: Need) {
    this.original = original;
    this.world = world;
    this.need = need;
    // After its hubs have been stopped.
    afterAll(async () => {
      for (const copy of this.copies) await copy.drop();
    });
  }

  static async begin(): Promise<RestoredHubs> {
    const hub = await testHub();
    const world = await buildWorld(hub);
    const { as, villages } = world;
    const need = await publish(as.coordinator, { villageId: villages.cimarga.id, quantity: 5000 });
    return new RestoredHubs(new HistoryHub(hub, as.auditor, as.semen, need), world, need);
  }

  /** A backup of one of their databases as it stands, once all events have their places. */
  async backUp({ hub }: HistoryHub = this.original): Promise<TestDatabase> {
    await hub.feedStamped();
    const copy = await hub.database.copy();
    this.copies.push(copy);
    return copy;
  }

  /** A hub on a restored backup. */
  async restore(database: TestDatabase): Promise<HistoryHub> {
    const { accounts } = this.world;
    const hub = await testHub({ database, clock: this.original.hub.clock });
    return new HistoryHub(
      hub,
      await hub.client(accounts.auditor),
      await hub.client(accounts.semen),
      this.need,
    );
  }
}
