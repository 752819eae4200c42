// The feed's own documents, and any other, by a projection and by graphql-js.
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type DocumentNode,
  execute,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { BalanceChangedDocument, PledgeFeedDocument, VillageBoardDocument } from '../client/operations.ts';
import { BEGINNING } from '../src/feed/feed-cursor.ts';
import { placed } from '../src/feed/feed-log.service.ts';
import { Allowances } from '../src/platform/allowances.ts';
import { Meter } from '../src/platform/meter.ts';
import { Usage } from '../src/platform/usage.ts';
import { Context } from '../src/platform/graphql/context.ts';
import { projectionOf } from '../src/platform/graphql/projection.ts';
import { OperationExecution } from '../src/platform/graphql/shared-execution.ts';
import { type Locale, locales } from '../src/platform/messages.ts';
import { createSchema } from '../src/schema.ts';
import { seed } from './balance/seed.ts';
import { claim } from './support/acts.ts';
import { randomSubscription } from './support/random-subscription.ts';
import { buildRangkas } from './support/rangkas.ts';
import { complaints, format, logger } from './support/small-feed.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld, people, type Person } from './support/world.ts';

const schema = await createSchema();
const hub = await testHub();
const world = await buildWorld(hub);
const { needs } = await buildRangkas(hub, world);
await claim(world.as.semen, needs[3]!.id, 1, { note: 'rahasia' });
await claim(world.as.kodim, needs[4]!.id, 1, { note: 'juga “rahasia”' });
await hub.feedStamped();
const { log, authentication, container } = hub.services;
const events = placed(await log.read({}, BEGINNING, 500), BEGINNING);

const allowances = new Allowances({ fieldsPerSecond: 1, burstFields: 1, operations: 1 }, hub.clock);

async function contextOf(person: Person, locale: Locale): Promise<Context> {
  const token = await hub.tokenOf(world.accounts[person]);
  const from = { address: null, requestId: 'test' };
  return new Context({
    maxAnswerBytes: 8_388_608,
    ...(await authentication.authenticate(`Bearer ${token}`, from)),
    locale,
    publicRead: false,
    container,
    usage: new Usage(person, allowances.of(person), new Meter()),
    open: () => () => undefined,
    requestId: 'test',
  });
}

const argsOf = (document: DocumentNode, context: Context, variableValues: Record<string, unknown>) => ({
  schema,
  document,
  contextValue: context,
  variableValues,
});

/** What graphql-js answers to an event, and whether all went well. */
async function executed(args: ReturnType<typeof argsOf>, rootValue: unknown) {
  const contextValue = args.contextValue.fresh();
  const { errors, ...result } = await execute({ ...args, rootValue, contextValue });
  if (errors === undefined) return { text: JSON.stringify(result), isWell: true };
  return { text: JSON.stringify({ errors: format(errors), ...result }), isWell: false };
}

// Others of graphql-js's rules hold for all of them; what the switches and fragments of one are used for is chance.
const rules = specifiedRules.filter(
  (rule) => rule !== NoUnusedVariablesRule && rule !== NoUnusedFragmentsRule,
);

test('any document answers to any event and anybody, by a projection, what graphql-js answers, to the byte', async () => {
  let projected = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.gen(),
      fc.constantFrom(...people),
      fc.constantFrom(...locales),
      fc.record({ a: fc.boolean(), b: fc.boolean(), first: fc.nat({ max: 3 }) }, { requiredKeys: ['a'] }),
      async (g, person, locale, variables) => {
        const document = parse(randomSubscription(g, schema, 4));
        expect(validate(schema, document, rules)).toEqual([]);
        const context = await contextOf(person, locale);
        const args = argsOf(document, context, variables);
        const projection = projectionOf(args);
        const execution = new OperationExecution(args, format, 100, logger);
        await execution.perform(events[0]);
        for (let turn = 0; turn < 4; turn += 1) {
          const event = events[g(fc.nat, { max: events.length - 1 })]!;
          const { text, isWell } = await executed(args, event);
          expect(await execution.perform(event)).toBe(text);
          // It asks for more than is projected.
          if (projection === null) continue;
          const answer = Promise.resolve().then(() => projection(event, context.fresh()));
          if (isWell) expect(`{"data":${await answer}}`).toBe(text);
          else await expect(answer).rejects.toBeInstanceOf(Error);
          projected += 1;
        }
      },
    ),
    { seed, numRuns: 200, endOnFailure: true },
  );
  expect(projected).toBeGreaterThan(500);
});

test.each([
  ['PledgeFeed', PledgeFeedDocument, {}],
  ['VillageBoard', VillageBoardDocument, { villageId: world.villages.cimarga.id }],
  ['BalanceChanged', BalanceChangedDocument, { partnerId: world.partners.semen.id }],
])('the document %s is projected', async (_, document, variables) => {
  const context = await contextOf('auditor', 'en');
  expect(projectionOf(argsOf(document, context, variables))).not.toBeNull();
});

test('the hub had nothing to complain of', () => expect([...hub.complaints, ...complaints]).toEqual([]));
