import { afterEach, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import {
  PledgeFeedDocument,
  RevokeSessionsDocument,
  type RevokeSessionsInput,
  SectorsDocument,
  SessionsDocument,
  SignOutDocument,
} from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { RawReader } from './faults/raw-reader.ts';
import { nothingsId } from './support/bad-values.ts';
import { testHub } from './support/test-hub.ts';
import { tracesOf } from './support/trail.ts';
import { buildWorld, people } from './support/world.ts';

const hub = await testHub();
const second = await testHub({ database: hub.database, clock: hub.clock });
const { as, accounts } = await buildWorld(hub);
const query = print(PledgeFeedDocument);

const isNobody = (client: SinergiClient) =>
  expect(client.request(SectorsDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

async function revoke(by: SinergiClient, input: RevokeSessionsInput = {}) {
  const { revokeSessions } = await by.request(RevokeSessionsDocument, { input });
  return revokeSessions;
}

/** Live readers of the second node, over both transports. */
async function listenElsewhere(token: string) {
  const reader = await RawReader.open(second.url, token);
  reader.subscribe(query);
  const stream = await fetch(`${second.url}/graphql/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return { reader, stream };
}

afterEach(() => second.feedsOpen(0));

describe('signing out', () => {
  test('ends the token at once, and its live connections on every node; the account’s other sessions go on', async () => {
    const token = await hub.tokenOf(accounts.semen);
    const other = await listenElsewhere(await hub.tokenOf(accounts.semen));
    const { reader, stream } = await listenElsewhere(token);
    await second.feedsOpen(4);
    const client = hub.clientWith(token);
    const { signOut } = await client.request(SignOutDocument);
    expect(signOut).toEqual({
      session: expect.objectContaining({ isCurrent: true, endedAt: hub.clock.now().toISOString() }),
      problems: [],
    });
    expect((await reader.closed).code).toBe(4401);
    expect(await stream.text()).toContain('UNAUTHENTICATED');
    await isNobody(client);
    await isNobody(second.clientWith(token));
    await second.feedsOpen(2);
    expect(other.reader.socket.readyState).toBe(other.reader.socket.OPEN);
    await revoke(as.admin, { accountId: accounts.semen });
    await other.reader.closed;
    await other.stream.text();
  });

  test('twice at once is signing out once', async () => {
    const token = await hub.tokenOf(accounts.dinkes);
    const clients = [hub.clientWith(token), second.clientWith(token)];
    const answers = await Promise.allSettled(clients.map((client) => client.request(SignOutDocument)));
    // Whoever comes late enough to be nobody hears that.
    const done = answers.filter(({ status }) => status === 'fulfilled');
    expect(done.length).toBeGreaterThan(0);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'UNAUTHENTICATED' });
      else expect(answer.value.signOut).toMatchObject({ problems: [], session: { isCurrent: true } });
    }
  });

  test('is for who has signed in', async () => {
    await expect(as.anonymous.request(SignOutDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

test('whoever ends sessions leaves one entry in the audit trail, and none when there was nothing to end', async () => {
  const accountId = accounts.kaderTunjungTeja;
  const client = await hub.client(accountId);
  const [current] = (await client.request(SessionsDocument)).sessions;
  const act = { outcome: 'DONE', actorKind: 'ACCOUNT', accountId, tokenId: current!.id };
  expect(await tracesOf(hub.database, () => client.request(SignOutDocument))).toMatchObject([
    { ...act, action: 'signOut', subjectIds: [current!.id, accountId] },
  ]);
  const ended = await tracesOf(hub.database, () => revoke(as.admin, { accountId }));
  expect(ended).toMatchObject([
    { action: 'revokeSessions', accountId: accounts.admin, subjectIds: expect.arrayContaining([accountId]) },
  ]);
  expect(await tracesOf(hub.database, () => revoke(as.admin, { accountId }))).toEqual([]);
});

describe('sessions', () => {
  test('are listed newest first, without those that are over', async () => {
    await revoke(as.admin, { accountId: accounts.dindik });
    const tokens: string[] = [];
    for (const seconds of [-1, 3600, 7200]) {
      await hub.clock.moveTo(new Date(hub.clock.now().getTime() + 1000));
      tokens.push(await hub.tokenOf(accounts.dindik, seconds));
    }
    const client = hub.clientWith(tokens[2]);
    const { sessions } = await client.request(SessionsDocument);
    expect(sessions.map(({ isCurrent, endedAt }) => [isCurrent, endedAt])).toEqual([
      [true, null],
      [false, null],
    ]);
    const own = await revoke(client, { sessionIds: [sessions[1]!.id] });
    expect(own).toMatchObject({ problems: [], sessions: [{ id: sessions[1]!.id }] });
    await isNobody(hub.clientWith(tokens[1]));
    const again = await revoke(client, { sessionIds: [sessions[1]!.id] });
    expect(again).toEqual({ problems: [], sessions: [] });
    expect((await revoke(client)).sessions).toMatchObject([{ isCurrent: true }]);
    await isNobody(client);
  });

  test('of others are seen and ended by administrators alone', async () => {
    const accountId = accounts.kodim;
    const token = await hub.tokenOf(accountId);
    const { sessions } = await as.admin.request(SessionsDocument, { accountId });
    expect(sessions.length).toBeGreaterThan(0);
    for (const person of people.filter((one) => one !== 'admin' && one !== 'kodim')) {
      const client = await hub.client(accounts[person]);
      await expect(client.request(SessionsDocument, { accountId })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      expect(await revoke(client, { accountId })).toMatchObject({
        sessions: null,
        problems: [{ __typename: 'Forbidden' }],
      });
      const { id } = sessions[0]!;
      expect(await revoke(client, { sessionIds: [id] })).toMatchObject({
        sessions: null,
        problems: [{ __typename: 'NotFound', path: ['input', 'sessionIds', '0'] }],
      });
    }
    for (const ask of [() => revoke(as.anonymous), () => as.anonymous.request(SessionsDocument)]) {
      await expect(ask()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    await hub.clientWith(token).request(SectorsDocument);
    expect((await revoke(as.admin, { accountId })).sessions).toHaveLength(sessions.length);
    await isNobody(hub.clientWith(token));
  });

  test('are named by ids that are some, and end together or not at all', async () => {
    const client = await hub.client(accounts.perkim);
    const { sessions } = await client.request(SessionsDocument);
    const ids = sessions.map(({ id }) => id);
    for (const [input, path] of [
      [{ sessionIds: [...ids, nothingsId('token')] }, `sessionIds.${ids.length}`],
      [{ sessionIds: ['x'] }, 'sessionIds.0'],
      [{ accountId: 'x' }, 'accountId'],
      [{ sessionIds: Array.from({ length: 101 }, () => ids[0]!) }, 'sessionIds'],
    ] as const) {
      const { problems } = await revoke(client, input as RevokeSessionsInput);
      expect(problems.map((problem) => problem.path?.slice(1).join('.'))).toEqual([path]);
    }
    await expect(client.request(SessionsDocument, { accountId: 'x' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect((await client.request(SessionsDocument)).sessions).toHaveLength(ids.length);
  });

  test('that were over long ago are forgotten, and others are kept', async () => {
    await hub.tokenOf(accounts.kader, 3600);
    const kept = await hub.tokenOf(accounts.kader);
    const count = async () => {
      const rows = await hub.database.sql<{ count: number }>(
        'select count(*) from sessions where account_id = $1',
        [accounts.kader],
      );
      return rows[0]!.count;
    };
    const before = await count();
    await hub.clock.moveDays(29);
    await hub.services.sessions.forgetOld();
    expect(await count()).toBe(before);
    await hub.clock.moveDays(2);
    await hub.services.sessions.forgetOld();
    expect(await count()).toBe(before - 1);
    await hub.clientWith(kept).request(SectorsDocument);
  });
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
});
