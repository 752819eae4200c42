import { describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import {
  CreateApiTokenDocument,
  PledgeFeedDocument,
  RevokeSessionsDocument,
  SectorsDocument,
  SessionsDocument,
  SignOutDocument,
  ViewerDocument,
} from '../client/operations.ts';
import { hashPassword } from '../src/identity/password.ts';
import { RawReader } from './faults/raw-reader.ts';
import { disable, enable, setRoles } from './support/account-acts.ts';
import { refused } from './support/acts.ts';
import { insertAccount } from './support/inserts.ts';
import { otherSpellingOf } from './support/other-spelling.ts';
import { WallClock } from './support/test-clock.ts';
import { testHub } from './support/test-hub.ts';
import { testIssuer } from './support/test-issuer.ts';
import { tracesOf } from './support/trail.ts';
import { buildWorld } from './support/world.ts';

const clock = new WallClock();
const issuer = await testIssuer(clock, 'ES256');
const environment = issuer.environment();
const hub = await testHub({ environment, clock });
const second = await testHub({ database: hub.database, clock, environment });
const { as, partners } = await buildWorld(hub);

const AUDITOR = { groups: ['auditors'] };
const ADMIN = { groups: ['hub-admins'] };
const NOTHING = { groups: [] };

let made = 0;
const newSubject = (): string => `subject-${(made += 1)}`;
const viewerOf = async (token: string, at = hub) =>
  (await at.clientWith(token).request(ViewerDocument)).viewer!;
const rolesOf = async (token: string, at = hub) => (await viewerOf(token, at)).roles;
const isRefused = (token: string, code: string, at = hub) =>
  expect(at.clientWith(token).request(SectorsDocument)).rejects.toMatchObject({ code });

async function apiTokenOf(token: string): Promise<string> {
  const input = { name: 'Sistem', scopes: [], days: 1 };
  return (await hub.clientWith(token).request(CreateApiTokenDocument, { input })).createApiToken.secret!;
}

async function listen(token: string, at = second): Promise<RawReader> {
  const reader = await RawReader.open(at.url, token);
  reader.subscribe(print(PledgeFeedDocument));
  await at.feedsOpen(1);
  return reader;
}

describe('the newest token', () => {
  test('says what its account may do, whichever token is sent; older ones that come late say nothing', async () => {
    const subject = newSubject();
    const claims = { groups: ['partners'], partner: partners.dinkes.code };
    const [unused, first] = [
      await issuer.tokenOf(subject, ADMIN, 20),
      await issuer.tokenOf(subject, ADMIN, 10),
    ];
    expect(await rolesOf(first)).toEqual(['ADMIN']);
    const reader = await listen(first);
    const newer = await issuer.tokenOf(subject, claims);
    const { id } = await viewerOf(first);
    const traces = await tracesOf(hub.database, async () => {
      expect(await viewerOf(newer)).toMatchObject({
        roles: ['PARTNER'],
        partner: { id: partners.dinkes.id },
      });
    });
    expect(traces).toMatchObject([
      { action: 'followClaims', accountId: id, subjectIds: [id, partners.dinkes.id] },
    ]);
    expect((await reader.closed).code).toBe(4403);
    for (const token of [first, unused, newer]) {
      for (const at of [hub, second]) expect(await rolesOf(token, at)).toEqual(['PARTNER']);
    }
    await second.feedsOpen(0);
  });

  test('with nothing new leaves no trace, and counts none the less', async () => {
    const subject = newSubject();
    const [first, between, newest] = [
      await issuer.tokenOf(subject, AUDITOR, 20),
      await issuer.tokenOf(subject, ADMIN, 10),
      await issuer.tokenOf(subject, AUDITOR),
    ];
    await rolesOf(first);
    expect(await tracesOf(hub.database, () => rolesOf(newest))).toEqual([]);
    expect(await rolesOf(between)).toEqual(['AUDITOR']);
  });

  test('wins also when older ones come at the same moment, to another node', async () => {
    for (let round = 0; round < 5; round += 1) {
      const subject = newSubject();
      await rolesOf(await issuer.tokenOf(subject, AUDITOR, 30));
      const older = await issuer.tokenOf(subject, ADMIN, 10);
      const newest = await issuer.tokenOf(subject, AUDITOR);
      await Promise.all([rolesOf(older), rolesOf(newest, second), rolesOf(newest), rolesOf(older, second)]);
      expect(await rolesOf(older)).toEqual(['AUDITOR']);
    }
  });

  test('of the same second takes rights away and gives none, in whichever order they come', async () => {
    await clock.stop();
    for (const isAdminFirst of [true, false]) {
      const subject = newSubject();
      const tokens = [await issuer.tokenOf(subject, ADMIN), await issuer.tokenOf(subject, AUDITOR)];
      const [one, other] = isAdminFirst ? tokens : tokens.toReversed();
      await rolesOf(one!);
      await rolesOf(other!).catch(() => undefined);
      for (const token of tokens) await isRefused(token, 'FORBIDDEN');
    }
    const subject = newSubject();
    const both = await issuer.tokenOf(subject, { groups: [...ADMIN.groups, ...AUDITOR.groups] });
    const fewer = await issuer.tokenOf(subject, AUDITOR);
    expect(await rolesOf(both)).toEqual(['ADMIN', 'AUDITOR']);
    expect(await rolesOf(fewer)).toEqual(['AUDITOR']);
    expect(await rolesOf(both)).toEqual(['AUDITOR']);
    await clock.goOn();
  });

  test('without a role takes everything: sessions, feeds and API tokens end, and older ones are refused', async () => {
    const subject = newSubject();
    const [unused, first] = [
      await issuer.tokenOf(subject, ADMIN, 20),
      await issuer.tokenOf(subject, ADMIN, 10),
    ];
    const secret = await apiTokenOf(first);
    expect(await rolesOf(secret)).toEqual(['ADMIN']);
    const reader = await listen(first);
    await isRefused(await issuer.tokenOf(subject, NOTHING), 'FORBIDDEN');
    expect((await reader.closed).code).toBe(4401);
    await isRefused(first, 'FORBIDDEN', second);
    await isRefused(unused, 'FORBIDDEN');
    await isRefused(secret, 'UNAUTHENTICATED');
    expect(await rolesOf(await issuer.tokenOf(subject, AUDITOR, -1))).toEqual(['AUDITOR']);
    // What was ended stays ended.
    await isRefused(first, 'UNAUTHENTICATED');
    await second.feedsOpen(0);
  });
});

describe('a session', () => {
  test('that is signed out or revoked is over for its token, however it is spelled, and for its feeds', async () => {
    const subject = newSubject();
    const [one, two] = [await issuer.tokenOf(subject, AUDITOR), await issuer.tokenOf(subject, AUDITOR)];
    const client = hub.clientWith(one);
    const { sessions } = await client.request(SessionsDocument);
    expect(sessions).toMatchObject([{ isCurrent: true }]);
    const other = otherSpellingOf(one);
    expect(other).not.toBe(one);
    await viewerOf(other);
    await viewerOf(two);
    expect((await client.request(SessionsDocument)).sessions).toHaveLength(2);
    const reader = await listen(one);
    expect((await client.request(SignOutDocument)).signOut).toMatchObject({
      session: { id: sessions[0]!.id },
    });
    expect((await reader.closed).code).toBe(4401);
    for (const token of [one, other]) await isRefused(token, 'UNAUTHENTICATED', second);
    const { id: accountId } = await viewerOf(two);
    const again = await listen(two);
    await as.admin.request(RevokeSessionsDocument, { input: { accountId } });
    expect((await again.closed).code).toBe(4401);
    await isRefused(two, 'UNAUTHENTICATED');
    await hub.services.sessions.forgetOld();
    await isRefused(two, 'UNAUTHENTICATED');
    const three = await issuer.tokenOf(subject, AUDITOR);
    expect(await tracesOf(hub.database, () => viewerOf(three))).toMatchObject([
      { action: 'signIn', subjectIds: [accountId, expect.any(String)] },
    ]);
    await second.feedsOpen(0);
  });

  test('lasts as long as its token, with the skew of the clocks', async () => {
    const subject = newSubject();
    await clock.stop();
    const exp = Math.floor(clock.now().getTime() / 1000) + 60;
    const token = await issuer.tokenOf(subject, { ...AUDITOR, exp });
    const [session] = (await hub.clientWith(token).request(SessionsDocument)).sessions;
    expect(session!.expiresAt).toBe(new Date((exp + 30) * 1000).toISOString());
    const reader = await listen(token);
    await clock.moveTo(new Date((exp + 29) * 1000));
    await viewerOf(token);
    await clock.moveTo(new Date((exp + 30) * 1000));
    await isRefused(token, 'UNAUTHENTICATED');
    await clock.later(1);
    await hub.services.sessions.forgetOld();
    expect(await hub.database.sql('select id from sessions where id = $1', [session!.id])).toEqual([]);
    await isRefused(token, 'UNAUTHENTICATED');
    expect((await reader.closed).code).toBe(4401);
    await clock.goOn();
    await second.feedsOpen(0);
  });
});

describe('a disabled account', () => {
  test('of an issuer loses all at once, and no token of the issuer brings it back', async () => {
    const subject = newSubject();
    const token = await issuer.tokenOf(subject, AUDITOR, 10);
    const { id } = await viewerOf(token);
    const secret = await apiTokenOf(token);
    const reader = await listen(token);
    await disable(as.admin, id);
    expect((await reader.closed).code).toBe(4401);
    const newer = await issuer.tokenOf(subject, ADMIN);
    for (const worthless of [token, newer, secret]) await isRefused(worthless, 'UNAUTHENTICATED');
    await enable(as.admin, id);
    for (const worthless of [token, secret]) await isRefused(worthless, 'UNAUTHENTICATED');
    expect(await rolesOf(newer)).toEqual(['ADMIN']);
    await second.feedsOpen(0);
  });

  test('stays out when its first new token comes at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const subject = newSubject();
      const { id } = await viewerOf(await issuer.tokenOf(subject, ADMIN, 10));
      const newer = await issuer.tokenOf(subject, AUDITOR);
      await Promise.allSettled([disable(as.admin, id), viewerOf(newer), viewerOf(newer, second)]);
      await isRefused(newer, 'UNAUTHENTICATED');
      const [{ count }] = (await hub.database.sql<{ count: number }>(
        'select count(*) from sessions where account_id = $1 and ended_at is null',
        [id],
      )) as [{ count: number }];
      expect(count).toBe(0);
    }
  });
});

describe('an administrator by an issuer', () => {
  test('administers, and does not count as the one who remains', async () => {
    const passwordHash = await hashPassword('kampungkb');
    const local = await insertAccount(hub.database, {
      email: 'tetap@sinergi.test',
      roles: ['ADMIN'],
      passwordHash,
    });
    const by = hub.clientWith(await issuer.tokenOf(newSubject(), ADMIN));
    for (const act of [() => disable(by, local), () => setRoles(by, { accountId: local, roles: [] })]) {
      expect(await refused(act())).toMatchObject([{ __typename: 'Forbidden', path: ['input', 'accountId'] }]);
    }
    const { id } = await viewerOf(await issuer.tokenOf(newSubject(), AUDITOR));
    expect(await disable(by, id)).toMatchObject({ disabledAt: expect.any(String) });
  });
});

test('none of this was a fault to the hubs, and none waited for another in a ring', async () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
  const [row] = await hub.database.sql<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  expect(row).toEqual({ deadlocks: 0 });
});
