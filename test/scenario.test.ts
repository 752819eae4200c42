import { expect, test } from '@jest/globals';
import {
  ClaimPreviewDocument,
  FeedDocument,
  NeedDocument,
  PledgeDocument,
  VillageDocument,
} from '../client/operations.ts';
import type { Refusal } from './support/acts.ts';
import { claim, commit, dispute, publish, report, verify } from './support/acts.ts';
import { Listener } from './support/listener.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub, { rules: 'DEFAULT' });
const listener = new Listener(as.coordinatorProvince, { filter: { areaCode: '36' } });
await hub.feedsOpen(1);

/** Both at the same instant: who got it, and who was told what. */
async function race(needId: string) {
  const contenders = [
    { name: 'kodim', act: claim(as.kodim, needId, 10) },
    { name: 'semen', act: claim(as.semen, needId, 20) },
  ] as const;
  const results = await Promise.allSettled(contenders.map(({ act }) => act));
  const won = contenders.filter((_, index) => results[index]!.status === 'fulfilled');
  const refusals = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const [winner] = won;
  if (won.length !== 1 || winner === undefined) {
    throw new Error(`won by ${won.map(({ name }) => name).join(' and ') || 'nobody'}`);
  }
  return { winner: winner.name, pledge: await winner.act, refusals };
}

test('the main job, from a published need to its last verified unit, is told to everybody live, each fact once and in order', async () => {
  const dueOn = hub.clock.date(120);
  const need = await publish(as.kader, { villageId: villages.cimarga.id, dueOn });
  expect(need).toMatchObject({
    status: 'OPEN',
    quantity: 24,
    unitValue: 3_500_000,
    value: 84_000_000,
    remaining: 24,
    dueOn,
  });
  // Larger needs stand in the plan too, so that no share rule bites.
  await publish(as.kader, {
    villageId: villages.cimarga.id,
    sector: 'reading',
    title: 'Buku bacaan',
    unitValue: 50_000_000,
    quantity: 10,
  });

  const input = { needId: need.id, quantity: 10 };
  const { claimPreview } = await as.kodim.request(ClaimPreviewDocument, { input });
  expect(claimPreview).toMatchObject({ outcome: 'PASS', remaining: 24 });
  expect(claimPreview.verdicts.map(({ rule }) => rule)).toEqual([
    'RECIPROCITY',
    'PARTNER_SHARE',
    'COLOUR_SHARE',
    'SPREAD',
    'CAPACITY',
  ]);

  const { winner, pledge, refusals } = await race(need.id);
  const remaining = 24 - pledge.quantity;
  expect(pledge).toMatchObject({
    status: 'PLEDGED',
    quantity: winner === 'kodim' ? 10 : 20,
    need: { remaining },
  });
  expect(refusals).toHaveLength(1);
  expect((refusals[0] as Refusal).problems).toMatchObject([
    { __typename: 'NotEnoughRemaining', remaining, path: ['input', 'quantity'] },
  ]);
  const loser = winner === 'kodim' ? 'semen' : 'kodim';
  const rest = await claim(as[loser], need.id, remaining);

  const committed = await commit(as[winner], pledge.id, dueOn);
  expect(committed).toMatchObject({ status: 'COMMITTED', dueOn });
  await commit(as[loser], rest.id, dueOn);

  const first = await report(as[winner], pledge.id, 4, hub.clock.date());
  await verify(as.kader, first.id);
  const disputed = await report(as[winner], pledge.id, pledge.quantity - 4, hub.clock.date());
  await dispute(as.kader, disputed.id, { reason: 'Hanya sebagian yang tiba' });
  const again = await report(as[winner], pledge.id, pledge.quantity - 4, hub.clock.date());
  const last = await verify(as.kader, again.id);
  expect(last.pledge).toMatchObject({ status: 'FULFILLED', verified: pledge.quantity });
  const whole = await report(as[loser], rest.id, rest.quantity, hub.clock.date());
  await verify(as.coordinator, whole.id);

  const heard = await listener.take(17);
  expect(
    heard.map(({ kind, need: { needId, remaining: left } }) => [
      kind,
      needId === need.id ? left : 'the other',
    ]),
  ).toEqual([
    ['NEED_PUBLISHED', 24],
    ['NEED_PUBLISHED', 'the other'],
    ['PLEDGE_MADE', remaining],
    ['PLEDGE_MADE', 0],
    ['PLEDGE_COMMITTED', 0],
    ['PLEDGE_COMMITTED', 0],
    ['DELIVERY_REPORTED', 0],
    ['DELIVERY_VERIFIED', 0],
    ['DELIVERY_REPORTED', 0],
    ['DELIVERY_DISPUTED', 0],
    ['DELIVERY_REPORTED', 0],
    ['DELIVERY_VERIFIED', 0],
    ['PLEDGE_FULFILLED', 0],
    ['DELIVERY_REPORTED', 0],
    ['DELIVERY_VERIFIED', 0],
    ['PLEDGE_FULFILLED', 0],
    ['NEED_FULFILLED', 0],
  ]);
  // State as of each event, though all of them were read when everything was over.
  const ofWinner = heard.filter((event) => event.pledge?.pledgeId === pledge.id);
  expect(
    ofWinner.map((event) => [event.pledge!.status, event.pledge!.delivered, event.pledge!.verified]),
  ).toEqual([
    ['PLEDGED', 0, 0],
    ['COMMITTED', 0, 0],
    ['DELIVERING', 4, 0],
    ['DELIVERING', 4, 4],
    ['DELIVERING', pledge.quantity, 4],
    ['DELIVERING', 4, 4],
    ['DELIVERING', pledge.quantity, 4],
    ['FULFILLED', pledge.quantity, pledge.quantity],
    ['FULFILLED', pledge.quantity, pledge.quantity],
  ]);
  expect(ofWinner.every(({ partner }) => partner?.partnerId === partners[winner].id)).toBe(true);
  const statuses = heard.filter((event) => event.need.needId === need.id).map((event) => event.need.status);
  expect(statuses).toEqual([
    ...Array.from({ length: 2 }, () => 'OPEN'),
    ...Array.from({ length: 11 }, () => 'COMMITTED'),
    ...Array.from({ length: 3 }, () => 'FULFILLED'),
  ]);

  const { feed } = await as.auditor.request(FeedDocument, { first: 100 });
  expect(feed.nodes).toEqual(heard);
  expect(feed.pageInfo).toMatchObject({ hasNextPage: false, endCursor: heard.at(-1)!.cursor });
  await listener.stop();
});

test('afterwards every counter and every book shows what happened', async () => {
  const { village } = await as.auditor.request(VillageDocument, { code: villages.cimarga.code });
  const [, toilets] = village!.needs.nodes;
  expect(village!.coverage).toMatchObject({
    needed: 584_000_000,
    pledged: 0,
    committed: 84_000_000,
    delivered: 84_000_000,
    verified: 84_000_000,
    openNeeds: 1,
  });
  // Who won the race decides whether the two colours weigh enough alike: 10 and 14, or 20 and 4.
  const shares = village!.pledges.nodes.map(({ quantity }) => quantity / 24);
  const diversity = 1 / shares.reduce((sum, share) => sum + share ** 2, 0);
  expect(village).toMatchObject({
    diversity: expect.closeTo(diversity, 9),
    synergy: diversity >= 1.5 ? 'SYNERGY' : 'MULTI_COLOUR',
    needs: { totalCount: 2 },
    pledges: { totalCount: 2 },
  });
  const { need } = await as.auditor.request(NeedDocument, { id: toilets!.id });
  expect(need).toMatchObject({
    status: 'FULFILLED',
    pledged: 0,
    committed: 24,
    delivered: 24,
    verified: 24,
    remaining: 0,
    mandateHolder: { id: partners.perkim.id },
  });
  const { pledge } = await as.auditor.request(PledgeDocument, { id: need!.pledges.nodes.at(-1)!.id });
  expect(pledge!.deliveries.nodes.map(({ status, reason }) => [status, reason])).toEqual([
    ['VERIFIED', null],
    ['DISPUTED', 'Hanya sebagian yang tiba'],
    ['VERIFIED', null],
  ]);
  const given = await hub.database.sql(
    `select p.code, b.given_posted_rupiah as given, b.received_posted_rupiah as received
      from partner_balances b join partners p on p.id = b.partner_id order by p.code`,
  );
  expect(given).toEqual([
    { code: 'kodim-0603', given: expect.any(Number), received: 0 },
    { code: 'perkim-banten', given: 0, received: 84_000_000 },
    { code: 'semen-merah', given: expect.any(Number), received: 0 },
  ]);
  await hub.expectTrueBooks();
  expect(hub.complaints).toEqual([]);
});
