// A database that is away, or cannot work now, is no fault of the hub: clients hear when to ask again.
import { afterEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { print } from 'graphql';
import { ClaimNeedDocument } from '../../client/operations.ts';
import { BackOff } from '../../client/back-off.ts';
import { followFeed } from '../../client/follow-feed.ts';
import { outageCodeOf } from '../../src/platform/outage.ts';
import { RawReader } from '../faults/raw-reader.ts';
import { claim, publish } from '../support/acts.ts';
import { Asker, type Answer } from '../support/asker.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { TestDatabase } from '../support/test-database.ts';
import { testHub } from '../support/test-hub.ts';
import { until } from '../support/until.ts';
import { buildWorld } from '../support/world.ts';

const database = await TestDatabase.create();
const wire = await TcpProxy.to(database.url);
const hub = await testHub({ database, databaseUrl: wire.url });
const { accounts, as, villages } = await buildWorld(hub);
const need = await publish(as.kader, { villageId: villages.cimarga.id });
const token = await hub.tokenOf(accounts.semen);
const asker = new Asker(hub.url, token);

const planned = '{ clusters { code } }';
const ordinary = '{ viewer { id roles } }';
const claiming = (key: string) => ({
  query: print(ClaimNeedDocument),
  variables: { input: { needId: need.id, quantity: 1, idempotencyKey: key } },
});
const healthy = async () => (await fetch(`${hub.url}/health/ready`)).status === 200;

/** Takes the database away, and breaks what is open to it. */
function cutOff(): void {
  wire.isUp = false;
  wire.reset();
}

afterEach(async () => {
  wire.isUp = true;
  await until(healthy, 'a hub that is ready again');
  hub.complaints.length = 0;
});

function expectOutage({ errors, data, status, headers }: Answer): void {
  expect(data ?? null).toBeNull();
  expect(errors!.length).toBeGreaterThan(0);
  for (const { extensions } of errors!) {
    expect(extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5 });
  }
  if (status === null) return;
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('5');
}

describe('while the database is away', () => {
  // First, since what comes within 10 s of it has no line of its own.
  test('the log has the first failure in full, and no line for each that follows', async () => {
    cutOff();
    hub.complaints.length = 0;
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => asker.ask('http', planned)));
    }
    const lines = hub.complaints.map((line) => JSON.parse(line) as Record<string, unknown>);
    const failures = lines.filter(({ msg }) => String(msg).includes('operation'));
    // One for each code by which it shows, of which there are few.
    const codes = new Set(failures.map(({ outage }) => outage));
    const full = failures.filter(({ err }) => err !== undefined);
    expect(full.length).toBe(codes.size);
    expect(full[0]).toMatchObject({ level: 50, msg: 'the database is away: an operation failed' });
    expect(hub.complaints.join('').length).toBeLessThan(100_000);
  });

  test.each(['http', 'stream'] as const)('over %s all are told when to ask again', async (transport) => {
    cutOff();
    for (const asked of [planned, ordinary, claiming(randomUUID())]) {
      expectOutage(await asker.ask(transport, asked));
    }
    const response = await fetch(`${hub.url}/graphql?query=${encodeURIComponent(planned)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expectOutage({
      ...((await response.json()) as Answer),
      status: response.status,
      headers: response.headers,
    });
    expect((await fetch(`${hub.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);
  });

  test('operations of an open WebSocket are, and the connection stays', async () => {
    const reader = await RawReader.open(hub.url, token);
    const feed = reader.subscribe('subscription { pledgeFeed { kind } }');
    await hub.feedsOpen(1);
    cutOff();
    for (const query of [planned, ordinary, 'subscription { pledgeFeed { kind } }']) {
      const { type, payload } = await reader.answerTo(reader.subscribe(query));
      expect(type).toBe('error');
      expect(payload).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5 } }]);
    }
    wire.isUp = true;
    await until(healthy, 'a hub that is ready again');
    await claim(as.semen, need.id, 1);
    await until(() => reader.resultsOf(feed).length > 0, 'an event on the same connection');
    reader.socket.close();
    await reader.closed;
  });

  test('a new WebSocket is closed with the same', async () => {
    cutOff();
    const reader = await RawReader.open(hub.url, token);
    const { code, reason } = await reader.closed;
    expect([code, JSON.parse(reason)]).toEqual([4503, { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 5 }]);
  });

  test('the typed client hears it, and a claim that is repeated with its key is made once', async () => {
    cutOff();
    const input = { needId: need.id, quantity: 1, idempotencyKey: randomUUID() };
    await expect(as.semen.request(ClaimNeedDocument, { input })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterSeconds: 5,
      mayPass: true,
    });
    wire.isUp = true;
    await until(healthy, 'a hub that is ready again');
    const first = await as.semen.request(ClaimNeedDocument, { input });
    expect(first.claimNeed.problems).toEqual([]);
    expect(await as.semen.request(ClaimNeedDocument, { input })).toEqual(first);
  });

  test('whoever follows the feed goes on when it is back', async () => {
    const lost: string[] = [];
    cutOff();
    const feed = followFeed(as.auditor, {
      retryMs: 20,
      maxRetryMs: 100,
      onLost: ({ code }) => {
        lost.push(code);
        wire.isUp = true;
      },
    });
    const next = feed.next();
    await until(() => lost.length > 0, 'an interruption');
    await until(healthy, 'a hub that is ready again');
    const events = await Promise.race([
      next,
      (async () => {
        for (;;) {
          await claim(as.semen, need.id, 1);
          await hub.feedStamped();
        }
      })(),
    ]);
    expect(events.done).toBe(false);
    expect(lost).toContain('SERVICE_UNAVAILABLE');
    await feed.return();
  });
});

describe('a database that cannot work', () => {
  const refusals: [what: string, begin: string, end: string][] = [
    [
      'that can only be read',
      'alter database % set default_transaction_read_only = on',
      'alter database % reset default_transaction_read_only',
    ],
  ];
  const named = (statement: string) => statement.replace('%', new URL(database.url).pathname.slice(1));

  test.each(refusals)('%s refuses changes with 503, and answers reads', async (_, begin, end) => {
    await database.sql(named(begin));
    wire.reset();
    await until(healthy, 'a hub that is ready again');
    expect((await asker.ask('http', planned)).status).toBe(200);
    expectOutage(await asker.ask('http', claiming(randomUUID())));
    await database.sql(named(end));
    wire.reset();
  });

  test('whose disk is full does the same', async () => {
    await database.sql(
      `create function disk_full() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`,
    );
    await database.sql(
      'create trigger disk_full before insert on pledges for each statement execute function disk_full()',
    );
    expect((await asker.ask('http', planned)).status).toBe(200);
    expectOutage(await asker.ask('http', claiming(randomUUID())));
    expectOutage(await asker.ask('stream', claiming(randomUUID())));
    await database.sql('drop trigger disk_full on pledges');
    await database.sql('drop function disk_full()');
  });

  test('whose connections are ended by an administrator serves on, or says when to ask again', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [answer] = await Promise.all([
        asker.ask('http', claiming(randomUUID())),
        database.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name <> 'sinergi-test'`,
        ),
      ]);
      if (answer.errors !== undefined) expectOutage(answer);
    }
  });
});

test('other failures are faults of the hub, and keep their line', async () => {
  await database.sql('alter table clusters rename column colour to hidden');
  const before = hub.complaints.length;
  for (let round = 0; round < 3; round += 1) {
    const { errors } = await asker.ask('http', '{ clusters { colour } }');
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  }
  await database.sql('alter table clusters rename column hidden to colour');
  expect(hub.complaints.length - before).toBe(3);
});

test.each([
  ['a full disk', Object.assign(new Error('x'), { code: '53100' }), '53100'],
  ['no connections left', Object.assign(new Error('x'), { code: '53300' }), '53300'],
  ['a server that starts up', Object.assign(new Error('x'), { code: '57P03' }), '57P03'],
  [
    'a socket file that is not there',
    Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'connect' }),
    'ENOENT',
  ],
  [
    'an error with such a cause',
    new Error('x', { cause: Object.assign(new Error('y'), { code: 'EPIPE' }) }),
    'EPIPE',
  ],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'CONNECTION_ENDED'],
  ['a file that is not there', Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' }), null],
  ['a fault of the protocol', Object.assign(new Error('x'), { code: '08P01' }), null],
  ['a statement that took too long', Object.assign(new Error('x'), { code: '57014' }), null],
  ['a broken constraint', Object.assign(new Error('x'), { code: '23505' }), null],
  ['a bug', new TypeError('x'), null],
])('%s is told from other failures', (_, error, code) => {
  expect(outageCodeOf(error)).toBe(code);
});

test('the back-off waits as long as the hub asks, and no longer than its bound', () => {
  const backOff = new BackOff({ firstMs: 100, mostMs: 8000, chance: () => 0.5 });
  expect(backOff.nextMs()).toBe(75);
  expect(backOff.nextMs(5000)).toBe(6250);
  expect(backOff.nextMs(60_000)).toBe(8000);
});
