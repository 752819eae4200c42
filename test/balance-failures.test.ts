import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { SinergiError } from '../client/sinergi-error.ts';
import { MAX_RUPIAH } from '../src/kernel/rupiah.ts';
import { Holding } from './balance/holding.ts';
import { cancel, claim, commit, publish, refused, report, verify, withdraw } from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const { database, clock } = hub;

/** Makes what an act needs, and answers the act; sanitation is perkim's mandate, so that semen's help is booked. */
const acts = {
  async claimNeed(idempotencyKey: string) {
    const need = await publish(as.kader, { villageId: villages.cimarga.id });
    return () => claim(as.semen, need.id, 3, { idempotencyKey });
  },
  async commitPledge(idempotencyKey: string) {
    const need = await publish(as.kader, { villageId: villages.cimarga.id });
    const pledge = await claim(as.semen, need.id, 3);
    return () => commit(as.semen, pledge.id, clock.date(30), { idempotencyKey });
  },
  async verifyDelivery(idempotencyKey: string) {
    const pledge = await committed();
    const delivery = await report(as.semen, pledge.id, 2, clock.date());
    return () => verify(as.kader, delivery.id, { idempotencyKey });
  },
  async withdrawPledge(idempotencyKey: string) {
    const pledge = await committed();
    return () => withdraw(as.semen, pledge.id, { idempotencyKey });
  },
  async cancelNeed(idempotencyKey: string) {
    const pledge = await committed();
    await claim(as.kodim, pledge.need.id, 2);
    return () => cancel(as.kader, pledge.need.id, { idempotencyKey });
  },
} as const;
type Act = keyof typeof acts;

async function committed() {
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  const pledge = await claim(as.semen, need.id, 3);
  return commit(as.semen, pledge.id, clock.date(30));
}

/** Where in its transaction an act is made to wait, from its beginning to its end. */
const places: Record<string, [statement: string, values: unknown[]]> = {
  'the village': ['select from villages where id = $1 for update', [villages.cimarga.id]],
  'the partner': ['select from partners where id = $1 for update', [partners.semen.id]],
  'the outbox': ['lock table outbox in share mode', []],
};

/** Every row of every table, as one figure a table. */
async function fingerprint(): Promise<Record<string, string>> {
  await hub.feedStamped();
  await hub.actsChained();
  const found: Record<string, string> = {};
  for (const table of Object.keys(await database.rowCounts())) {
    const [row] = await database.sql<{ print: string }>(
      `select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as print from "${table}" as t`,
    );
    found[table] = row!.print;
  }
  return found;
}

async function expectFault(
  sent: Promise<unknown>,
  code: 'INTERNAL_SERVER_ERROR' | 'SERVICE_UNAVAILABLE',
): Promise<void> {
  const error: unknown = await sent.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SinergiError);
  expect(error).toMatchObject({ code });
}

const cases = (Object.keys(acts) as Act[]).flatMap((act) =>
  Object.keys(places).map((place) => [act, place] as const),
);

test.each(cases)(
  '%s, killed while it waits for %s, leaves nothing; its key then works',
  async (act, place) => {
    const send = await acts[act](randomUUID());
    const before = await fingerprint();
    const holding = await Holding.open(database, ...places[place]!);
    // A connection that is lost is an outage, and passes.
    const sent = expectFault(send(), 'SERVICE_UNAVAILABLE');
    const [pid] = await holding.waiting(1);
    await database.sql('select pg_terminate_backend($1)', [pid]);
    await sent;
    await holding.release();
    expect(await fingerprint()).toEqual(before);
    const answer = await send();
    const after = await fingerprint();
    expect(after['events']).not.toBe(before['events']);
    expect(await send()).toEqual(answer);
    expect(await fingerprint()).toEqual(after);
  },
);

test.each(Object.keys(acts) as Act[])(
  '%s, failed at its very end, leaves nothing; its key then works',
  async (act) => {
    const send = await acts[act](randomUUID());
    const before = await fingerprint();
    // Deferred, so that all of the act is written when it fails.
    await database.sql(`create function always_wrong() returns trigger language plpgsql as $$ begin
    raise exception using errcode = 'check_violation', message = 'wrong at the end'; end $$`);
    await database.sql(`create constraint trigger wrong_at_the_end after insert on outbox
    deferrable initially deferred for each row execute function always_wrong()`);
    await expectFault(send(), 'INTERNAL_SERVER_ERROR');
    await database.sql('drop trigger wrong_at_the_end on outbox');
    await database.sql('drop function always_wrong()');
    expect(await fingerprint()).toEqual(before);
    const answer = await send();
    expect(await send()).toEqual(answer);
  },
);

test.each([
  ['given by the one', 'given_posted_rupiah', partners.semen],
  ['received by the other', 'received_pending_rupiah', partners.perkim],
])(
  'support %s past what a number holds is a problem for the one who commits, and to the rupiah it passes',
  async (_, column, { id: partnerId }) => {
    const need = await publish(as.kader, { villageId: villages.cimarga.id });
    const pledge = await claim(as.semen, need.id, 3);
    const commitIt = () => commit(as.semen, pledge.id, clock.date(30));
    const [books] = await database.sql<{ pending: number; posted: number; figure: number }>(
      `select ${column} as figure, ${column.replace('posted', 'pending')} as pending,
        ${column.replace('pending', 'posted')} as posted from partner_balances where partner_id = $1`,
      [partnerId],
    );
    const setFigure = (figure: number) =>
      database.sql(`update partner_balances set ${column} = $1 where partner_id = $2`, [figure, partnerId]);
    const room = MAX_RUPIAH - (books!.pending + books!.posted) - 3 * 3_500_000;
    await setFigure(books!.figure + room + 1);
    const before = await fingerprint();
    expect(await refused(commitIt())).toMatchObject([
      {
        __typename: 'InvalidInput',
        path: ['input', 'pledgeId'],
        message: expect.stringContaining('9,007,199,254,740,991'),
      },
    ]);
    expect(await fingerprint()).toEqual(before);
    await setFigure(books!.figure + room);
    expect(await commitIt()).toMatchObject({ status: 'COMMITTED' });
    const delivery = await report(as.semen, pledge.id, 3, clock.date());
    expect(await verify(as.kader, delivery.id)).toMatchObject({ status: 'VERIFIED' });
    await database.sql(`update partner_balances set ${column} = ${column} - $1 where partner_id = $2`, [
      room,
      partnerId,
    ]);
  },
);

test('after all of these the books are true', async () => {
  await hub.expectTrueBooks();
});
