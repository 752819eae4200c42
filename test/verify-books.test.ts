import { expect, test } from '@jest/globals';
import { figureProofs } from '../src/books/figure-proofs.service.ts';
import { type ProofResult, verifyBooks } from '../src/books/verify-books.service.ts';
import { Session } from '../src/platform/session.ts';
import { claim, commit, publish, report, verify } from './support/acts.ts';
import { ChildHub } from './support/child-hub.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const { database, clock } = hub;

const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 100 });
const pledge = await commit(as.semen, (await claim(as.semen, need.id, 10)).id, clock.date(30));
await verify(as.kader, (await report(as.semen, pledge.id, 4, clock.date())).id);
await report(as.semen, pledge.id, 3, clock.date());
await hub.feedStamped();

/** The session that holds the relay up says nothing meanwhile. */
const GATE_OPENS_WITHIN_MS = 60_000;

const GIVEN = 'Over all partners, support given equals support received';
const BALANCES = 'Each partner’s balance equals its ledger entries';
const ENTRIES = 'Each pledge’s PEND equals POST, VOID and what is pending';
const NEEDS = 'Each need’s counters equal its pledges';
const PLEDGES = 'Each pledge’s counters equal its deliveries';
const VILLAGES = 'Each village’s figures equal its needs';
const COLOURS = 'Each village’s colours equal its pledges';
const PLAN = 'The programme’s plan equals its villages';
const AREAS = 'Each area’s figures equal its villages';
const FEED = 'The feed’s places are contiguous';
const EVENTS = 'The last event of each need shows the need as it stands';
const SUMS = 'The sums of each need equal its pledges';
const SHARES = 'Each partner’s share of a village equals its pledges';
const TOLD = 'The last event of each pledge shows the pledge as it stands';
const PARTIES = 'Each ledger entry is between its pledge’s partner and holder';
const COUNTS = 'Each partner’s counts equal its pledges';

/** A change that no guard would let pass, by so much: a table, a column, and the rows that it is for. */
type Change = [table: string, column: string, where?: string];

/** Past the guards, as only the tables' owner can; what spans rows is not looked at again. */
async function change([table, column, where = 'true']: Change, by: number): Promise<void> {
  await database.transaction([
    `alter table ${table} disable trigger user`,
    `update ${table} set ${column} = ${column} + ${by} where ${where}`,
    `alter table ${table} enable trigger user`,
  ]);
}

async function results(): Promise<ProofResult[]> {
  const all: ProofResult[] = [];
  for await (const result of verifyBooks(hub.services.database)) all.push(result);
  return all;
}

const supporter = `partner_id = '${partners.semen.id}'`;
const holder = `partner_id = '${partners.perkim.id}'`;
const village = `id = '${villages.cimarga.id}'`;
const cases: [what: string, changes: Change[], proofs: string[]][] = [
  ['a partner’s books', [['partner_balances', 'given_posted_rupiah', supporter]], [GIVEN, BALANCES]],
  [
    'both sides’ books',
    [
      ['partner_balances', 'given_posted_rupiah', supporter],
      ['partner_balances', 'received_posted_rupiah', holder],
    ],
    [BALANCES],
  ],
  ['an entry', [['ledger_entries', 'amount_rupiah', `kind = 'POST'`]], [BALANCES, ENTRIES]],
  ['a need’s counter', [['needs', 'pledged']], [NEEDS, VILLAGES, EVENTS]],
  ['a pledge’s counter', [['pledges', 'delivered']], [NEEDS, PLEDGES, SUMS, TOLD]],
  ['a village’s figure', [['villages', 'open_needs', village]], [VILLAGES, AREAS]],
  ['an area’s figure', [['area_figures', 'open_needs', `area_code = '36.02'`]], [AREAS]],
  ['a village’s colour', [['village_colours', 'committed_rupiah']], [COLOURS]],
  ['the plan', [['programme_plan', 'needed_rupiah']], [PLAN]],
  ['the head of the feed', [['feed_head', 'position']], [FEED]],
  ['a need’s version', [['needs', 'version']], [EVENTS]],
  ['a need’s sum', [['need_sums', 'committed']], [SUMS]],
  ['a partner’s share', [['village_partners', 'reserved_rupiah']], [SHARES]],
  ['a partner’s count', [['partner_pledges', 'all_pledges']], [COUNTS]],
];

test.each(cases)('one too many in %s is found by each proof that it breaks', async (_, changes, proofs) => {
  for (const one of changes) await change(one, 1);
  const found = (await results()).filter(({ count }) => count > 0);
  expect(found.map(({ name }) => name)).toEqual(proofs);
  for (const { breaches, count } of found) {
    expect(count).toBe(breaches.length);
    for (const { key, expected, found: value } of breaches) {
      expect(key).not.toBe('');
      expect(expected).not.toBe(value);
    }
  }
  for (const one of changes) await change(one, -1);
});

test('an entry of another holder is found, though every sum is right', async () => {
  const { id } = partners.dinkes;
  const move = (from: string, to: string) =>
    database.transaction([
      'alter table ledger_entries disable trigger user',
      `update ledger_entries set holder_id = '${to}' where holder_id = '${from}'`,
      'alter table ledger_entries enable trigger user',
      `insert into partner_balances (partner_id) values ('${to}') on conflict do nothing`,
      `update partner_balances p set received_pending_rupiah = o.received_pending_rupiah,
        received_posted_rupiah = o.received_posted_rupiah from partner_balances o
        where (p.partner_id, o.partner_id) in (('${from}', '${to}'), ('${to}', '${from}'))`,
    ]);
  await move(partners.perkim.id, id);
  const found = (await results()).filter(({ count }) => count > 0);
  expect(found.map(({ name, count }) => [name, count])).toEqual([[PARTIES, 2]]);
  expect(found[0]!.breaches[0]).toMatchObject({
    expected: `${partners.semen.id} to ${partners.perkim.id}`,
    found: `${partners.semen.id} to ${id}`,
  });
  await move(id, partners.perkim.id);
});

test('every proof of a figure is put to the test, and holds again', async () => {
  const tested = new Set([...cases.flatMap(([, , proofs]) => proofs), PARTIES]);
  expect(figureProofs.filter(({ name }) => !tested.has(name))).toEqual([]);
  expect((await results()).filter(({ count }) => count > 0)).toEqual([]);
});

test('books are true while a fact waits for its place in the feed', async () => {
  const gate = await Session.open(database.url, GATE_OPENS_WITHIN_MS);
  await gate.query('begin');
  await gate.query('select from feed_head for update');
  await claim(as.semen, need.id, 1);
  expect((await results()).filter(({ count }) => count > 0)).toEqual([]);
  expect(await database.sql('select from outbox')).toHaveLength(1);
  await gate.close();
  await hub.feedStamped();
});

test('the command ends with 1 when something is wrong, names it with its figures, and with 0 when nothing is', async () => {
  const prove = async () => {
    const proof = new ChildHub('tools/verify-books.js', { DATABASE_URL: database.url });
    return [await proof.end(), proof.output] as const;
  };
  const plan: Change = ['programme_plan', 'needed_rupiah'];
  await change(plan, 1);
  const [code, said] = await prove();
  expect(code).toBe(1);
  expect(said).toMatch(
    /10 of 20 {2}The programme’s plan equals its villages … WRONG: 1 .*\n +programme: expected 350000000, found 350000001\n/,
  );
  expect(said).toMatch(/The books are wrong: .*\n$/);
  await change(plan, -1);
  expect(await prove()).toEqual([0, expect.stringMatching(/The books are true\.\n$/)]);
});
