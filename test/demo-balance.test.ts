import { beforeAll, describe, expect, test } from '@jest/globals';
import { ClaimNeedDocument, ReciprocityDocument, SuggestedNeedsDocument } from '../client/operations.ts';
import { createLogger } from '../src/platform/logger.ts';
import { PARTNERS } from '../src/seed/demo/partners.ts';
import { synergyLevels } from '../src/villages/village.entity.ts';
import { withdraw } from './support/acts.ts';
import { gql } from './support/query.ts';
import { answersOf, commandsOf } from './support/readme.ts';
import { WallClock } from './support/test-clock.ts';
import { testHub } from './support/test-hub.ts';
// After the hub, which brings what its resolvers need to be declared.
import { loadDemo, loadersOf } from '../src/seed/loaders.ts';

// The README's commands ask the machine for the day.
const hub = await testHub({ clock: new WallClock() });

/** The account of a demo's person, by the part of its address before the @. */
async function demoClient(name: string) {
  const email = `${name}@sinergi.test`;
  const [account] = await hub.database.sql<{ id: string }>('select id from accounts where email = $1', [
    email,
  ]);
  return hub.client(account!.id);
}

beforeAll(async () => {
  const loaders = loadersOf(hub.services.database, createLogger('warn'));
  const loaded = await loadDemo(loaders, () => undefined);
  expect(loaded).toMatchObject({ villages: 310, refused: 0 });
  await hub.feedStamped();
}, 240_000);

describe('the demo', () => {
  const levels = gql<{
    area: { synergy: Record<'villages' | 'untouched' | 'singleColour' | 'multiColour' | 'synergy', number> };
  }>('{ area(code: "36") { synergy { villages untouched singleColour multiColour synergy } } }');
  const villagesAt = gql<{ villages: { totalCount: number; nodes: { synergy: string }[] } }>(
    'query ($at: [SynergyLevel!]) { villages(areaCode: "36", synergy: $at, first: 1) { totalCount nodes { synergy } } }',
  );

  test('has villages at each level of synergy, which the area counts and the list finds', async () => {
    const auditor = await demoClient('auditor');
    const { villages, ...counts } = (await auditor.request(levels)).area.synergy;
    expect(villages).toBe(310);
    const found: number[] = [];
    for (const level of synergyLevels) {
      const { villages: page } = await auditor.request(villagesAt, { at: [level] });
      expect(page).toMatchObject({ nodes: [{ synergy: level }] });
      found.push(page.totalCount);
    }
    expect(found.toSorted()).toEqual(Object.values(counts).toSorted());
    expect(found.reduce((sum, count) => sum + count)).toBe(310);
  });

  test('has one partner that OWES, several that are OWED, and support that flows both ways', async () => {
    const auditor = await demoClient('auditor');
    const { reciprocity } = await auditor.request(ReciprocityDocument, { areaCode: '36', first: 1000 });
    const at = (standing: string) =>
      reciprocity.balances.flatMap(({ partner, balance }) =>
        balance.standing === standing ? [partner.code] : [],
      );
    expect(at('OWES')).toEqual(['pupr-banten']);
    expect(at('OWED').length).toBeGreaterThan(5);
    expect(at('BALANCED').length).toBeGreaterThan(5);
    expect(reciprocity.bilateral).toBeGreaterThan(0);
    expect(reciprocity.multilateral).toBeGreaterThan(reciprocity.bilateral!);
    expect(reciprocity.multilateral).toBeLessThan(1);
  });
});

describe('the commands of the README do what it says', () => {
  let theHelpers: string;

  test('the first claim: previewed, made, and on the feed', async () => {
    const commands = await commandsOf('The first claim in five minutes');
    theHelpers = commands.slice(0, commands.indexOf('# The housing agency'));
    const [untilClaimed, feedRead] = commands.split('# The feed has it.') as [string, string];
    const claimed = await answersOf(untilClaimed, hub.url);
    // An event has its place in the feed some milliseconds after its fact: a reader sees it by then, a script may not.
    await hub.feedStamped();
    const read = await answersOf(`${theHelpers}\nsign_in perkim-banten\n${feedRead}`, hub.url);
    expect([...claimed, ...read]).toMatchObject([
      {
        claimPreview: {
          outcome: 'PASS',
          remaining: 24,
          verdicts: Array.from({ length: 5 }, () => ({ outcome: 'PASS' })),
        },
      },
      { claimNeed: { pledge: { status: 'PLEDGED', need: { remaining: 23 } }, problems: [] } },
      {
        feed: {
          nodes: [{}, { kind: 'PLEDGE_MADE', need: { title: 'Jamban sehat keluarga', remaining: 23 } }],
        },
      },
    ]);
  });

  test('give and take: refused in its own mandate, a suggestion followed to its verification, the standing restored', async () => {
    const commands = await commandsOf('Give and take in five minutes');
    const housing = { name: 'Dinas Perumahan Rakyat dan Kawasan Permukiman Provinsi Banten' };
    const answers = await answersOf(`${theHelpers}\n${commands}`, hub.url);
    const received = { receivedPosted: 61_000_000, receivedPending: 200_400_000 };
    expect(answers).toMatchObject([
      {
        viewer: {
          partner: {
            balance: { ...received, givenPosted: 0, creditLine: 250_000_000, standing: 'OWES' },
          },
        },
      },
      {
        claimNeed: {
          pledge: null,
          problems: [
            {
              message: expect.stringContaining('help another partner’s mandate first'),
              suggestions: {
                complete: true,
                nodes: [
                  { title: 'Jamban sehat keluarga', unitValue: 4_000_000, mandateHolder: housing },
                  {},
                  {},
                  {},
                  {},
                ],
              },
            },
          ],
        },
      },
      { commitPledge: { pledge: { status: 'COMMITTED', value: 8_000_000 }, problems: [] } },
      {
        verifyDelivery: {
          delivery: { status: 'VERIFIED', pledge: { status: 'FULFILLED' } },
          problems: [],
        },
      },
      {
        viewer: {
          partner: {
            balance: {
              ...received,
              givenPosted: 8_000_000,
              creditLine: 258_000_000,
              standing: 'BALANCED',
            },
          },
        },
      },
      { claimNeed: { pledge: { status: 'PLEDGED' }, problems: [] } },
    ]);
  });
});

/** How many of its suggestions each partner claims. */
const FOLLOWED = 2;

test('what the demo’s partners are suggested, each of them may claim', async () => {
  const refused: unknown[] = [];
  let followed = 0;
  for (const { code } of PARTNERS) {
    const client = await demoClient(code);
    const { suggestedNeeds } = await client.request(SuggestedNeedsDocument, { first: FOLLOWED });
    for (const { id: needId } of suggestedNeeds.nodes) {
      const input = { needId, quantity: 1, idempotencyKey: `suggested ${needId}` };
      const { claimNeed } = await client.request(ClaimNeedDocument, { input });
      if (claimNeed.pledge?.status !== 'PLEDGED') refused.push({ code, needId, claimNeed });
      // So that each stands by itself, as it was suggested.
      else await withdraw(client, claimNeed.pledge.id);
      followed += 1;
    }
  }
  expect(refused).toEqual([]);
  expect(followed).toBe(PARTNERS.length * FOLLOWED);
});

test('after all of this the books are true', () => hub.expectTrueBooks());
