import { afterEach } from '@jest/globals';
import WebSocket from 'ws';
import { type FeedEvent, followFeed, type Following } from '../../client/follow-feed.ts';
import { createSinergiClient, type SinergiClient, type SinergiOptions } from '../../client/sinergi-client.ts';
import type { SinergiError } from '../../client/sinergi-error.ts';
import { claim } from '../support/acts.ts';
import { type TestHub, testHub } from '../support/test-hub.ts';
import { buildWorld, type World } from '../support/world.ts';
import { FrameProxy } from './frame-proxy.ts';
import { ObservedNeed } from './observed-need.ts';

type Closable = { close(): Promise<void> };

/** A hub, a need on it, and those who follow the need over networks of the test's own. */
export class FeedTrial {
  readonly hub: TestHub;
  /** Of the auditor. */
  readonly token: string;
  readonly world: World;
  private readonly opened: Closable[] = [];

  private constructor(hub: TestHub, world: World, token: string) {
    this.hub = hub;
    this.world = world;
    this.token = token;
    afterEach(async () => {
      for (const one of this.opened.splice(0).toReversed()) await one.close();
    });
  }

  /** For one test file. */
  static async begin(): Promise<FeedTrial> {
    const hub = await testHub();
    const world = await buildWorld(hub);
    return new FeedTrial(hub, world, await hub.tokenOf(world.accounts.auditor));
  }

  observe(): Promise<ObservedNeed> {
    return ObservedNeed.publish(this.world.as.coordinator, this.world.villages.cimarga.id);
  }

  /** Closed after the test that opened it. */
  kept<T extends Closable>(one: T): T {
    this.opened.push(one);
    return one;
  }

  clientOf(options: Partial<SinergiOptions> = {}): SinergiClient {
    const { hub, token } = this;
    return this.kept(createSinergiClient({ url: hub.url, token, webSocket: WebSocket, ...options }));
  }

  async throughProxy(options: Partial<SinergiOptions> = {}) {
    const proxy = this.kept(await FrameProxy.to(this.hub.url));
    return { proxy, client: this.clientOf({ url: proxy.url, ...options }) };
  }

  /** So many events of the need, each with its place. */
  async claimTimes(need: ObservedNeed, count: number): Promise<void> {
    for (let times = 0; times < count; times += 1) await claim(this.world.as.semen, need.id, 1);
    await this.hub.feedStamped();
  }
}

/** Follows a need at the pace of a test, from its publication; `lost` has the codes of each interruption. */
export function follow(client: SinergiClient, need: ObservedNeed, more: Following = {}) {
  const lost: string[] = [];
  const onLost = ({ code }: SinergiError) => void lost.push(code);
  const quick = { retryMs: 1, maxRetryMs: 50, after: need.cursor, filter: need.filter, onLost };
  return { lost, events: followFeed(client, { ...quick, ...more }) };
}

export async function take(events: AsyncIterator<FeedEvent, undefined>, count: number): Promise<FeedEvent[]> {
  const taken: FeedEvent[] = [];
  while (taken.length < count) taken.push((await events.next()).value!);
  return taken;
}

export const cursors = (events: readonly FeedEvent[]) => events.map(({ cursor }) => cursor);

export const errorOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    (answer) => new Error(`it was answered: ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
