import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { followFeed } from '../client/follow-feed.ts';
import {
  FeedDocument,
  NeedDocument,
  PledgeFeedDocument,
  SectorsDocument,
  VillageBoardDocument,
} from '../client/operations.ts';
import { createSinergiClient } from '../client/sinergi-client.ts';
import { SinergiError } from '../client/sinergi-error.ts';
import { hashPassword } from '../src/identity/password.ts';
import { claim, publish } from './support/acts.ts';
import { insertAccount } from './support/inserts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { TestHub, testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { as, accounts, villages, partners } = await buildWorld(hub);
const passwordHash = await hashPassword('kampungkb');
await insertAccount(hub.database, {
  email: 'petugas@sinergi.test',
  roles: ['PARTNER'],
  partnerId: partners.semen.id,
  passwordHash,
});
const need = await publish(as.kader, { villageId: villages.cimarga.id });
await hub.feedStamped();

const errorOf = (act: Promise<unknown>) =>
  act.then(
    () => null,
    (error: unknown) => error as SinergiError,
  );

describe('a request', () => {
  test('answers what its document asks, and needs variables only where it has some', async () => {
    const answer = await as.semen.request(NeedDocument, { id: need.id });
    expect(answer.need!.remaining).toBe(24);
    const { sectors } = await as.semen.request(SectorsDocument);
    expect(sectors.map(({ code }) => code)).toContain('sanitation');
  });

  test('throws what the hub calls an error, with its code', async () => {
    const error = await errorOf(as.anonymous.request(SectorsDocument));
    expect(error).toBeInstanceOf(SinergiError);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', mayPass: false, errors: [{ path: ['sectors'] }] });
    expect(await errorOf(as.semen.request(gql('{ nothing }')))).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  });

  test('says that the hub was not reached when nobody, or somebody else, answers', async () => {
    const page = createServer((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
    page.listen(0, '127.0.0.1');
    await once(page, 'listening');
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    expect(await errorOf(createSinergiClient({ url }).request(SectorsDocument))).toMatchObject({
      code: 'UNREACHABLE',
      mayPass: true,
    });
    page.closeAllConnections();
    page.close();
    await once(page, 'close');
    expect(await errorOf(createSinergiClient({ url }).request(SectorsDocument))).toMatchObject({
      code: 'UNREACHABLE',
      mayPass: true,
    });
  });

  test('is spoken for by whoever has signed in', async () => {
    const client = createSinergiClient({ url: `${hub.url}/`, acceptLanguage: 'en' });
    expect(await errorOf(client.signIn('petugas@sinergi.test', 'wrong'))).toMatchObject({
      code: 'SIGN_IN_FAILED',
      message: 'Email or password is wrong.',
    });
    expect(await client.signIn('petugas@sinergi.test', 'kampungkb')).toMatchObject({
      email: 'petugas@sinergi.test',
    });
    expect(await claim(client, need.id, 1)).toMatchObject({ partner: { code: 'semen-merah' } });
  });
});

describe('a subscription', () => {
  test('begins at once, brings each event, and ends at the hub when it is left', async () => {
    await hub.feedStamped();
    const results = as.semen.subscribe(PledgeFeedDocument, { filter: { needIds: [need.id] } });
    await hub.feedsOpen(1);
    for (let quantity = 1; quantity <= 3; quantity += 1) await claim(as.kodim, need.id, quantity);
    const quantities: number[] = [];
    for await (const { pledgeFeed } of results) if (quantities.push(pledgeFeed.pledge!.quantity) === 3) break;
    expect(quantities).toEqual([1, 2, 3]);
    await hub.feedsOpen(0);
    expect(await results.next()).toEqual({ value: undefined, done: true });
  });

  test('works with the WebSocket of the platform, and many share one connection', async () => {
    const client = createSinergiClient({ url: hub.url, token: await hub.tokenOf(accounts.auditor) });
    const boards = Object.values(villages).map(({ id }) =>
      client.subscribe(VillageBoardDocument, { villageId: id }),
    );
    const states = await Promise.all(boards.map((board) => take(board, 1)));
    expect(states.map(([state]) => state!.villageBoard.id)).toEqual(
      Object.values(villages).map(({ id }) => id),
    );
    await hub.feedsOpen(4);
    await client.close();
    await hub.feedsOpen(0);
  });

  test('ends with the hub’s error, told once', async () => {
    const results = as.anonymous.subscribe(PledgeFeedDocument);
    expect(await errorOf(results.next())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await results.next()).toEqual({ value: undefined, done: true });
  });

  test('hears that the connection was lost when the wire is cut, the hub stops, or nobody is there', async () => {
    const wire = await TcpProxy.to(hub.url);
    const client = createSinergiClient({
      url: wire.url,
      token: await hub.tokenOf(accounts.auditor),
      webSocket: WebSocket,
    });
    const cut = client.subscribe(PledgeFeedDocument);
    await hub.feedsOpen(1);
    wire.cut();
    expect(await errorOf(cut.next())).toMatchObject({ code: 'CONNECTION_LOST', mayPass: true });
    await hub.feedsOpen(0);
    await wire.close();
    expect(await errorOf(client.subscribe(PledgeFeedDocument).next())).toMatchObject({
      code: 'CONNECTION_LOST',
    });
    const second = await TestHub.start({ database: hub.database, clock: hub.clock });
    const token = await hub.tokenOf(accounts.auditor);
    const stopped = createSinergiClient({ url: second.url, token, webSocket: WebSocket }).subscribe(
      PledgeFeedDocument,
    );
    await second.feedsOpen(1);
    await second.stop();
    expect(await errorOf(stopped.next())).toMatchObject({ code: 'CONNECTION_LOST' });
  });
});

test('followFeed goes on through cut wires: every event once, in order', async () => {
  const wire = await TcpProxy.to(hub.url);
  const client = createSinergiClient({
    url: wire.url,
    token: await hub.tokenOf(accounts.auditor),
    webSocket: WebSocket,
  });
  const pool = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 100 });
  await hub.feedStamped();
  let lost = 0;
  const events = followFeed(client, {
    filter: { needIds: [pool.id] },
    retryMs: 5,
    onLost: () => (lost += 1),
  });
  const first = events.next();
  await hub.feedsOpen(1);
  const heard: string[] = [];
  for (let index = 0; index < 10; index += 1) {
    const { id } = await claim(as.kodim, pool.id, 1);
    const { value } = index === 0 ? await first : await events.next();
    heard.push(value!.pledge!.pledgeId);
    expect(heard.at(-1)).toBe(id);
    wire.cut();
    await claim(as.semen, pool.id, 1);
    heard.push((await events.next()).value!.pledge!.pledgeId);
  }
  await events.return(undefined);
  await client.close();
  await wire.close();
  expect(lost).toBeGreaterThanOrEqual(10);
  const made = await hub.database.sql<{ id: string }>(
    'select pledge_id as id from events where need_id = $1 and pledge_id is not null order by position',
    [pool.id],
  );
  expect(heard).toEqual(made.map(({ id }) => id));
});

describe('the examples', () => {
  const children: ChildProcess[] = [];
  afterAll(() => children.forEach((child) => child.kill()));

  function run(example: string, ...parameters: string[]) {
    const path = new URL(`../examples/${example}.js`, import.meta.url).pathname;
    const env = {
      ...process.env,
      SINERGI_URL: hub.url,
      SINERGI_EMAIL: 'petugas@sinergi.test',
      SINERGI_PASSWORD: 'kampungkb',
      NODE_OPTIONS: '',
    };
    const child = spawn(process.execPath, [path, ...parameters], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    return { child, lines, exit: once(child, 'exit').then(([code]) => code as number | null) };
  }

  test('claim-a-need previews and claims, and says what remains', async () => {
    await publish(as.kader, { villageId: villages.cimarga.id, title: 'Lampu jalan', quantity: 7 });
    const { lines, exit } = run('claim-a-need', 'lampu', '3');
    expect(await exit).toBe(0);
    expect(lines).toEqual([
      'Signed in as petugas@sinergi.test.',
      'Lampu jalan in Cimarga Jaya: 7 of 7 unit remain.',
      expect.stringMatching(/^Pledge pledge_\w{26} is PLEDGED; commit it before \S+\. 4 remain\.$/),
    ]);
    const refused = run('claim-a-need', 'lampu', '5');
    expect(await refused.exit).toBe(1);
    expect(refused.lines.at(-1)).toBe('NotEnoughRemaining: Only 4 of this need remain. You asked for 5.');
  });

  test('follow-the-feed shows each event once, also when it is stopped and started again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sinergi-example-'));
    const file = join(folder, 'cursor');
    const shown: string[] = [];
    for (const title of ['Perahu', 'Traktor']) {
      const { child, lines, exit } = run('follow-the-feed', file, '36.02');
      await hub.feedsOpen(1);
      await publish(as.kader, { villageId: villages.cimarga.id, title });
      await hub.feedStamped();
      const { feed } = await as.auditor.request(FeedDocument, { first: 1, latest: true });
      await until(
        async () => (await readFile(file, 'utf8').catch(() => '')).trim() === feed.pageInfo.endCursor,
        'the cursor of the last event',
      );
      child.kill();
      await exit;
      await publish(as.kader, { villageId: villages.cimarga.id, title: `${title} kedua` });
      await hub.feedsOpen(0);
      shown.push(...lines);
    }
    expect(shown.map((line) => / NEED_PUBLISHED: (.*), Cimarga Jaya; 24 remain$/.exec(line)?.[1])).toEqual([
      'Perahu',
      'Perahu kedua',
      'Traktor',
    ]);
    await rm(folder, { recursive: true });
  });
});
