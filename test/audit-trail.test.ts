import { describe, expect, test } from '@jest/globals';
import { AuditTrailDocument, type AuditFilter, type AuditTrailQuery } from '../client/operations.ts';
import { claim, commit, publish, report, verify, withdraw } from './support/acts.ts';
import { BAD_PAGE_SIZES, nothingsId } from './support/bad-values.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld, people } from './support/world.ts';

const hub = await testHub();
const openHub = await testHub({ database: hub.database, clock: hub.clock, publicRead: true });
const { as, accounts, partners, villages } = await buildWorld(hub);
const visitor = await openHub.client(null);
const { clock, database } = hub;

type Entry = AuditTrailQuery['auditTrail']['nodes'][number];

// Two days of work at two villages, by several people.
const starts: Date[] = [];
for (const day of [0, 1]) {
  await clock.moveDays(day);
  starts.push(clock.now());
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  const pledge = await commit(as.semen, (await claim(as.semen, need.id, 5)).id, clock.date(9));
  await verify(as.kader, (await report(as.semen, pledge.id, 2, clock.date())).id);
  await withdraw(as.kodim, (await claim(as.kodim, need.id, 1)).id);
  await claim(as.kodim, (await publish(as.coordinator, { villageId: villages.sajira.id })).id, 1);
}
await as.anonymous.signIn('siapa@sinergi.test', 'salah').catch(() => undefined);
await hub.services.pledges.expireDue();
await hub.actsChained();

async function read(filter: AuditFilter = {}, first = 100, after?: string) {
  return (await as.auditor.request(AuditTrailDocument, { filter, first, after })).auditTrail;
}
const everything = (await read()).nodes;
const places = (entries: readonly Entry[]) => entries.map(({ position }) => position);

test('it is for auditors and administrators, and for nobody else', async () => {
  const source = gql('{ auditTrail(first: 1) { nodes { position } edges { cursor node { action } } } }');
  for (const person of people) {
    const answer = as[person].request(source);
    if (person === 'auditor' || person === 'admin') {
      expect(await answer).toMatchObject({ auditTrail: { nodes: [{ position: everything.length }] } });
    } else {
      await expect(answer).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: 'Only auditors and administrators may read the audit trail; sign in as one of them.',
      });
    }
  }
  await expect(as.anonymous.request(source)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(visitor.request(source)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect((await hub.client(accounts.semen, 'id')).request(source)).rejects.toMatchObject({
    message:
      'Hanya auditor dan administrator yang boleh membaca jejak audit; masuklah sebagai salah satunya.',
  });
});

test('the latest act comes first, with all that is known of it', () => {
  expect(everything.length).toBe(19);
  expect(places(everything)).toEqual(Array.from({ length: 19 }, (_, index) => 19 - index));
  expect(everything.at(-1)).toEqual({
    position: 1,
    occurredAt: starts[0]!.toISOString(),
    action: 'publishNeed',
    outcome: 'DONE',
    actorKind: 'ACCOUNT',
    accountId: accounts.kader,
    accountName: 'kader@sinergi.test',
    subjectIds: [expect.stringMatching(/^need_/), villages.cimarga.id],
    address: expect.stringMatching(/127\.0\.0\.1$/),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    tokenId: expect.stringMatching(/^token_/),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(everything[0]).toMatchObject({
    action: 'signIn',
    outcome: 'REFUSED',
    actorKind: 'ANONYMOUS',
    accountId: null,
    accountName: null,
    subjectIds: [],
  });
});

describe('a filter lets through what it names, and nothing else:', () => {
  const secondDay = starts[1]!;
  const firstNeed = everything.find(({ position }) => position === 1)!.subjectIds[0]!;
  const at = ({ occurredAt }: Entry) => Date.parse(occurredAt);
  const cases: [what: string, filter: AuditFilter, isMeant: (entry: Entry) => boolean][] = [
    ['an account', { accountId: accounts.kodim }, ({ accountId }) => accountId === accounts.kodim],
    ['an account that did nothing', { accountId: accounts.auditor }, () => false],
    ['a need', { subjectId: firstNeed }, ({ subjectIds }) => subjectIds.includes(firstNeed)],
    [
      'a village',
      { subjectId: villages.sajira.id },
      ({ subjectIds }) => subjectIds.includes(villages.sajira.id),
    ],
    [
      'a partner',
      { subjectId: partners.semen.id },
      ({ subjectIds }) => subjectIds.includes(partners.semen.id),
    ],
    ['what nobody touched', { subjectId: nothingsId('delivery') }, () => false],
    ['an action', { action: 'claimNeed' }, ({ action }) => action === 'claimNeed'],
    ['an action that there is not', { action: 'claimMoon' }, () => false],
    ['an outcome', { outcome: 'REFUSED' }, ({ outcome }) => outcome === 'REFUSED'],
    ['since', { since: secondDay.toISOString() }, (entry) => at(entry) >= secondDay.getTime()],
    ['until', { until: secondDay.toISOString() }, (entry) => at(entry) < secondDay.getTime()],
    [
      'a span without a moment',
      { since: secondDay.toISOString(), until: secondDay.toISOString() },
      () => false,
    ],
    [
      'all of it together',
      {
        accountId: accounts.kodim,
        subjectId: villages.cimarga.id,
        action: 'claimNeed',
        outcome: 'DONE',
        since: starts[0]!.toISOString(),
        until: secondDay.toISOString(),
      },
      (entry) =>
        entry.accountId === accounts.kodim &&
        entry.subjectIds.includes(villages.cimarga.id) &&
        entry.action === 'claimNeed' &&
        at(entry) < secondDay.getTime(),
    ],
    ['nothing', {}, () => true],
  ];

  test.each(cases)('%s', async (_, filter, isMeant) => {
    const meant = places(everything.filter(isMeant));
    expect(places((await read(filter)).nodes)).toEqual(meant);
    // The same in pages of two, each entry once.
    const paged: number[] = [];
    let after: string | undefined;
    for (let more = true; more;) {
      const { nodes, pageInfo } = await read(filter, 2, after);
      paged.push(...places(nodes));
      more = pageInfo.hasNextPage;
      expect(nodes.length).toBe(more ? 2 : meant.length - (paged.length - nodes.length));
      after = pageInfo.endCursor ?? undefined;
    }
    expect(paged).toEqual(meant);
  });

  test('each of them is met by some entries and not by others, or by none on purpose', () => {
    const counts = cases.map(([, , isMeant]) => everything.filter(isMeant).length);
    expect(counts).toEqual([6, 0, 7, 4, 8, 0, 6, 0, 1, 10, 9, 0, 1, 19]);
  });
});

test.each([
  ['filter.accountId', { filter: { accountId: nothingsId('need') } }],
  ['filter.accountId', { filter: { accountId: 'x\u0000' } }],
  ['filter.subjectId', { filter: { subjectId: 'rahasia' } }],
  ['filter.action', { filter: { action: 'claim need' } }],
  ['filter.action', { filter: { action: '' } }],
  ['filter.action', { filter: { action: `x${'x'.repeat(60)}` } }],
  ['after', { after: Buffer.from('needs:1').toString('base64url') }],
  ['after', { after: Buffer.from('audit:1.5').toString('base64url') }],
  ['after', { after: Buffer.from('audit:-1').toString('base64url') }],
  ['after', { after: Buffer.from('audit:7').toString('base64url') }],
  ['after', { after: Buffer.from('audit:7.0123').toString('base64url') }],
  ...BAD_PAGE_SIZES.map((first): [string, object] => ['first', { first }]),
])('what is wrong is named: %s in %j', async (argument, variables) => {
  await expect(as.auditor.request(AuditTrailDocument, variables)).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    errors: [{ extensions: { argument } }],
  });
});

const cursorOf = (position: number, digest: string) =>
  Buffer.from(`audit:${position}.${digest}`).toString('base64url');

test('the last cursor leads to an empty page', async () => {
  const { pageInfo } = await read();
  expect((await read({}, 10, pageInfo.endCursor!)).nodes).toEqual([]);
});

test.each([
  ['another hash', (position: number) => cursorOf(position, '0123456789abcdef')],
  ['no entry', () => cursorOf(1_000_000, '0123456789abcdef')],
])('a cursor with %s at its position is of a trail that was restored, and says so', async (_, cursor) => {
  const { position } = (await read({}, 1)).nodes[0]!;
  for (const filter of [{}, { action: 'claimNeed' }, { subjectId: everything[0]!.subjectIds[0]! }]) {
    await expect(read(filter, 10, cursor(position))).rejects.toMatchObject({ code: 'AUDIT_RESTORED' });
  }
});

test('a step of the hub itself has no account, address, request or token', async () => {
  await database.sql(`insert into audit_pending (occurred_at, action, outcome, actor_kind, subject_ids)
    values ('2026-03-09', 'expirePledge', 'DONE', 'SYSTEM', '{}')`);
  await hub.actsChained();
  expect((await read({}, 1)).nodes).toMatchObject([
    { position: everything.length + 1, actorKind: 'SYSTEM', address: null, requestId: null, tokenId: null },
  ]);
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...openHub.complaints]).toEqual([]);
});
