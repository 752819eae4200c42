import { expect } from '@jest/globals';
import { claim, publish } from '../support/acts.ts';
import { type TestHub, testHub } from '../support/test-hub.ts';
import { buildWorld, people, type Person, type World } from '../support/world.ts';

/** More than a case may leave behind in the hub's memory, garbage collected or not. */
const MAX_GROWTH_BYTES = 150_000_000;

export interface Answered {
  status: number;
  text: string;
}

/** A hub with a need and a pledge, and ways to it that no client would take. */
export class AttackedHub {
  readonly hub: TestHub;
  readonly world: World;
  readonly need: { id: string };
  readonly pledge: { id: string };
  private readonly tokens = new Map<Person, string>();

  private constructor(hub: TestHub, world: World, need: { id: string }, pledge: { id: string }) {
    this.hub = hub;
    this.world = world;
    this.need = need;
    this.pledge = pledge;
  }

  static async start(): Promise<AttackedHub> {
    const hub = await testHub();
    const world = await buildWorld(hub);
    const need = await publish(world.as.kader, { villageId: world.villages.cimarga.id });
    const pledge = await claim(world.as.semen, need.id, 3, { note: 'rahasia' });
    await hub.feedStamped();
    const attacked = new AttackedHub(hub, world, need, pledge);
    // Before the first attack, so that none of them seems to have written a session.
    for (const person of people) attacked.tokens.set(person, await hub.tokenOf(world.accounts[person]));
    return attacked;
  }

  get endpoint(): string {
    return `${this.hub.url}/graphql`;
  }

  private headersOf(person: Person | null): Record<string, string> {
    const language = { 'accept-language': 'en' };
    if (person === null) return language;
    return { ...language, authorization: `Bearer ${this.tokens.get(person)}` };
  }

  /** Any request; the content type is JSON unless another is said. */
  async send(init: RequestInit, path = '', person: Person | null = 'auditor'): Promise<Answered> {
    const headers = {
      'content-type': 'application/json',
      ...this.headersOf(person),
      ...(init.headers as object),
    };
    const response = await fetch(this.endpoint + path, { method: 'POST', ...init, headers });
    return { status: response.status, text: await response.text() };
  }

  ask(query: string, variables: object = {}, person: Person | null = 'auditor'): Promise<Answered> {
    return this.send({ body: JSON.stringify({ query, variables }) }, '', person);
  }

  /** Runs an attack; after it the hub answers an honest query, has nothing to complain of, and has not grown. */
  async survives<T>(attack: () => Promise<T>): Promise<T> {
    const before = process.memoryUsage();
    const answer = await attack();
    const honest = await this.ask('{ clusters { code } }');
    expect(honest).toMatchObject({ status: 200, text: expect.stringContaining('"clusters":[{') });
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(
      MAX_GROWTH_BYTES,
    );
    expect(this.hub.complaints.splice(0)).toEqual([]);
    return answer;
  }
}
