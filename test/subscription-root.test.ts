// A subscription whose root field is switched off is an error of that operation alone.
import { describe, expect, test } from '@jest/globals';
import { RawReader } from './faults/raw-reader.ts';
import { publish } from './support/acts.ts';
import { Asker, transports } from './support/asker.ts';
import { testHub } from './support/test-hub.ts';
import { until } from './support/until.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, accounts, villages } = await buildWorld(hub);
const token = await hub.tokenOf(accounts.auditor);
const asker = new Asker(hub.url, token);

const switched: [query: string, variables?: Record<string, unknown>][] = [
  ['subscription { pledgeFeed @skip(if: true) { kind } }'],
  ['subscription { pledgeFeed @include(if: false) { kind } }'],
  ['subscription { pledgeFeed @include(if: true) { kind } }'],
  ['subscription ($s: Boolean!) { pledgeFeed @skip(if: $s) { kind } }', { s: true }],
  ['subscription ($s: Boolean!) { pledgeFeed @skip(if: $s) { kind } }', { s: false }],
  ['subscription ($s: Boolean = true) { pledgeFeed @include(if: $s) { kind } }'],
  ['subscription { ... @skip(if: true) { pledgeFeed { kind } } }'],
  ['subscription { ...F @include(if: false) } fragment F on Subscription { pledgeFeed { kind } }'],
  ['subscription { ...F } fragment F on Subscription { pledgeFeed @skip(if: true) { kind } }'],
  [
    'subscription { ...F } fragment F on Subscription { ... on Subscription { ...G } } fragment G on Subscription { pledgeFeed @skip(if: true) { kind } }',
  ],
];

describe.each(transports)('over %s', (transport) => {
  test.each(switched)('%s is refused as the mistake that it is', async (query, variables = {}) => {
    const { errors } = await asker.ask(transport, { query, variables });
    expect(errors).toMatchObject([{ message: expect.stringContaining('root field of a subscription') }]);
    expect(errors![0]!.extensions['code']).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
  });

  test('fragments that hold themselves, and several root fields, are still refused', async () => {
    for (const query of [
      'subscription { ...F } fragment F on Subscription { ...F pledgeFeed @skip(if: true) { kind } }',
      'subscription { a: pledgeFeed { kind } b: pledgeFeed { kind } }',
      'subscription { ...Nowhere }',
    ]) {
      expect((await asker.ask(transport, { query })).errors!.length).toBeGreaterThan(0);
    }
  });
});

test('the other subscriptions of the socket live on', async () => {
  const reader = await RawReader.open(hub.url, token);
  const before = reader.subscribe('subscription { pledgeFeed { kind } }');
  await hub.feedsOpen(1);
  for (const [query, variables] of switched) {
    expect((await reader.answerTo(reader.subscribe(query, variables))).type).toBe('error');
  }
  const below = reader.subscribe(
    'subscription ($s: Boolean!) { pledgeFeed { kind occurredAt @skip(if: $s) } }',
    {
      s: true,
    },
  );
  await hub.feedsOpen(2);
  await publish(as.kader, { villageId: villages.cimarga.id });
  for (const id of [before, below]) {
    await until(() => reader.resultsOf(id).length > 0, 'an event');
    expect(reader.resultsOf(id)).toEqual([{ pledgeFeed: { kind: 'NEED_PUBLISHED' } }]);
  }
  reader.socket.close();
  await reader.closed;
});

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
