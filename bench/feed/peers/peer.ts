import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema } from 'graphql';
import type { PledgeFeedSubscription } from '../../../client/operations.ts';
import { answerParent } from '../../child.ts';

export type FeedEvent = PledgeFeedSubscription['pledgeFeed'];

/** What a peer's process is asked: where it listens, or to publish events by their numbers. */
export type PeerQuestion =
  | { kind: 'address' }
  | { kind: 'publish'; from: number; count: number; groups: number };

export interface Peer {
  port: number;
  /** Gives one event to whoever subscribed to its topic. */
  publish(topic: string, event: FeedEvent): void;
}

export const ALL = 'pledges';
const HOST = '127.0.0.1';
export const LISTEN = { host: HOST, port: 0 } as const;

/** The topic of a subscription: all events, or those of the one village that it asks for. */
export function topicOf(variables: { filter?: { villageIds?: readonly string[] | null } | null }): string {
  return variables.filter?.villageIds?.[0] ?? ALL;
}

/** The hub's own schema, as its clients see it; what resolves is in the events themselves. */
export function schemaText(): string {
  return readFileSync('schema/schema.graphql', 'utf8');
}

/** The schema with a source for `pledgeFeed`; each of its values holds the event under that name. */
export function schemaWith(
  subscribe: (topic: string) => AsyncIterable<{ pledgeFeed: FeedEvent }>,
): GraphQLSchema {
  const schema = buildSchema(schemaText());
  schema.getSubscriptionType()!.getFields()['pledgeFeed']!.subscribe = (
    _root,
    args: Parameters<typeof topicOf>[0],
  ) => subscribe(topicOf(args));
  return schema;
}

/** Runs a peer in this process: it serves real events of the hub, which are in the file that is named to it. */
export async function servePeer(start: (events: readonly FeedEvent[]) => Promise<Peer>): Promise<void> {
  // Thousands of listeners are what is measured, and no leak.
  EventEmitter.defaultMaxListeners = 0;
  const events = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as FeedEvent[];
  const peer = await start(events);
  answerParent((question: PeerQuestion) => {
    if (question.kind === 'address') return `ws://${HOST}:${peer.port}/graphql`;
    for (let number = question.from; number < question.from + question.count; number += 1) {
      const event = events[number % events.length]!;
      peer.publish(question.groups === 1 ? ALL : event.village.villageId, event);
    }
    return '';
  });
}
