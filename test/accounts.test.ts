import { afterEach, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import pg from 'pg';
import {
  AccountsDocument,
  CreateApiTokenDocument,
  PledgeFeedDocument,
  SectorsDocument,
} from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { RawReader } from './faults/raw-reader.ts';
import { accept, disable, enable, invite, NEW_PASSWORD, renew, setRoles } from './support/account-acts.ts';
import { publish, refused } from './support/acts.ts';
import { nothingsId } from './support/bad-values.ts';
import { testHub } from './support/test-hub.ts';
import { tracesOf } from './support/trail.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const second = await testHub({ database: hub.database, clock: hub.clock });
const { as, accounts, villages, partners } = await buildWorld(hub);

const isNobody = (client: SinergiClient) =>
  expect(client.request(SectorsDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

describe('roles', () => {
  test('are given in place of all that was, and hold from the next request on', async () => {
    const { account, secret } = await invite(as.admin, {
      roles: ['VILLAGE'],
      villageIds: [villages.cimarga.id],
    });
    const client = hub.clientWith(await accept(as.anonymous, secret!));
    await publish(client, { villageId: villages.cimarga.id });
    const reader = await RawReader.open(second.url, await hub.tokenOf(account.id));
    reader.subscribe(print(PledgeFeedDocument));
    await second.feedsOpen(1);
    const given = await setRoles(as.admin, {
      accountId: account.id,
      roles: ['COORDINATOR'],
      areaCodes: ['36.04'],
    });
    expect(given).toMatchObject({
      roles: ['COORDINATOR'],
      areas: { nodes: [{ code: '36.04' }] },
      villages: { nodes: [] },
    });
    expect((await reader.closed).code).toBe(4403);
    expect(await refused(publish(client, { villageId: villages.cimarga.id }))).toMatchObject([
      { __typename: 'Forbidden' },
    ]);
    await publish(client, { villageId: villages.tunjungTeja.id });
    const bare = await setRoles(as.admin, { accountId: account.id, roles: [] });
    expect(bare).toMatchObject({ roles: [], partner: null, areas: { nodes: [] }, villages: { nodes: [] } });
  });

  test('that are wrong are refused as of an invitation, and then nothing is changed', async () => {
    const before = await hub.contents();
    const accountId = accounts.kader;
    for (const [field, input] of [
      ['partnerId', { accountId, roles: ['PARTNER' as const] }],
      ['villageIds', { accountId, roles: [], villageIds: [villages.cimarga.id] }],
      ['areaCodes.0', { accountId, roles: ['COORDINATOR' as const], areaCodes: ['99'] }],
      ['accountId', { accountId: 'x', roles: [] }],
    ] as const) {
      const problems = await refused(setRoles(as.admin, { ...input, roles: [...input.roles] } as never));
      expect([field, problems]).toMatchObject([field, [{ path: ['input', ...field.split('.')] }]]);
    }
    for (const act of [
      () => setRoles(as.admin, { accountId: nothingsId('account'), roles: [] }),
      () => disable(as.admin, nothingsId('account')),
      () => enable(as.admin, nothingsId('account')),
    ]) {
      expect(await refused(act())).toMatchObject([{ __typename: 'NotFound', path: ['input', 'accountId'] }]);
    }
    expect(await hub.contents()).toEqual(before);
  });

  test('given by two at once are those of one of both, never a mixture', async () => {
    const { account } = await invite(as.admin);
    const both = [
      { accountId: account.id, roles: ['COORDINATOR' as const], areaCodes: ['36.02', '36.04'] },
      { accountId: account.id, roles: ['VILLAGE' as const], villageIds: [villages.cimarga.id] },
    ];
    await Promise.all([...both, ...both].map((input) => setRoles(as.admin, input)));
    const { nodes } = (await as.admin.request(AccountsDocument, { search: account.email })).accounts;
    const { roles, areas, villages: spokenFor } = nodes.find(({ id }) => id === account.id)!;
    expect([
      [['COORDINATOR'], 2, 0],
      [['VILLAGE'], 0, 1],
    ]).toContainEqual([roles, areas.nodes.length, spokenFor.nodes.length]);
  });
});

describe('disabling', () => {
  afterEach(() => second.feedsOpen(0));

  test('ends sessions, API tokens and live connections for good, and enabling lets one sign in anew', async () => {
    const { account, secret } = await invite(as.admin, { roles: ['AUDITOR'] });
    const token = await accept(as.anonymous, secret!);
    const client = hub.clientWith(token);
    const { createApiToken } = await client.request(CreateApiTokenDocument, {
      input: { name: 'Sistem', scopes: [], days: 30 },
    });
    const apiToken = createApiToken.secret!;
    const readers = [await RawReader.open(second.url, token), await RawReader.open(second.url, apiToken)];
    for (const reader of readers) reader.subscribe(print(PledgeFeedDocument));
    await second.feedsOpen(2);
    expect(await disable(as.admin, account.id)).toMatchObject({ disabledAt: hub.clock.now().toISOString() });
    for (const reader of readers) expect((await reader.closed).code).toBe(4401);
    const visitor = second.clientWith(undefined);
    await expect(visitor.signIn(account.email, NEW_PASSWORD)).rejects.toMatchObject({
      code: 'SIGN_IN_FAILED',
    });
    expect(await enable(as.admin, account.id)).toMatchObject({ disabledAt: null });
    await isNobody(second.clientWith(token));
    await isNobody(second.clientWith(apiToken));
    expect(await visitor.signIn(account.email, NEW_PASSWORD)).toMatchObject({ id: account.id });
  });

  test('leaves no session and no token of those that are made at the same moment', async () => {
    for (const round of [1, 2, 3]) {
      const { account, secret } = await invite(as.admin);
      const client = hub.clientWith(await accept(as.anonymous, secret!));
      const input = { name: 'Sistem', scopes: [], days: 30 };
      const [, ...meanwhile] = await Promise.allSettled([
        disable(as.admin, account.id),
        second.clientWith(undefined).signIn(account.email, NEW_PASSWORD),
        ...Array.from({ length: 6 }, () => client.request(CreateApiTokenDocument, { input })),
      ]);
      expect(meanwhile).toHaveLength(7);
      const left = await hub.database.sql(
        `select id from sessions where account_id = $1 and ended_at is null
          union all select id from api_tokens where account_id = $1 and revoked_at is null`,
        [account.id],
      );
      expect([round, left]).toEqual([round, []]);
    }
  });
});

test('a token that was asked for before its account was disabled, and is made after, is not made', async () => {
  const { account, secret } = await invite(as.admin);
  const client = hub.clientWith(await accept(as.anonymous, secret!));
  const holder = new pg.Client({ connectionString: hub.database.url });
  await holder.connect();
  await holder.query('begin');
  await holder.query('update accounts set disabled_at = now() where id = $1', [account.id]);
  const asked = client.request(CreateApiTokenDocument, { input: { name: 'Sistem', scopes: [], days: 30 } });
  await Promise.all([
    expect(asked).rejects.toMatchObject({ code: 'UNAUTHENTICATED' }),
    until(async () => {
      const { rows } = await holder.query(
        `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
          and pg_backend_pid() = any(pg_blocking_pids(pid))`,
      );
      return rows.length > 0;
    }, 'a token that waits for the account').then(() => holder.query('commit')),
  ]);
  await holder.end();
});

describe('accounts', () => {
  test('are listed newest first, paged, counted, and found by words of name and address', async () => {
    const { account: first } = await invite(as.admin, { name: 'Siti Rahmawati', email: 'siti@cari.test' });
    const { account: newest } = await invite(as.admin, { name: 'Siti Aminah', email: 'aminah@cari.test' });
    const list = async (variables: object) => (await as.admin.request(AccountsDocument, variables)).accounts;
    const page = await list({ search: 'SITI', first: 1 });
    expect(page).toMatchObject({ nodes: [newest], totalCount: 2, pageInfo: { hasNextPage: true } });
    const rest = await list({ search: 'SITI', first: 1, after: page.pageInfo.endCursor });
    expect(rest).toMatchObject({ nodes: [first], totalCount: 2, pageInfo: { hasNextPage: false } });
    expect((await list({ search: 'cari sit rah' })).nodes).toEqual([first]);
    expect((await list({ search: 'aminah@cari.test' })).nodes).toEqual([newest]);
    expect((await list({ search: 'tidak-ada' })).nodes).toEqual([]);
    expect((await list({ search: '%' })).totalCount).toBe((await list({})).totalCount);
    for (const variables of [{ first: 0 }, { first: 101 }, { after: 'x' }]) {
      await expect(list(variables)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });
});

test('each act of an administrator leaves one entry, without an address, and none when there was nothing to do', async () => {
  const email = 'rahasia@jejak.test';
  const by = { actorKind: 'ACCOUNT', accountId: accounts.admin, outcome: 'DONE' };
  let id = '';
  let secret = '';
  const acts: [action: string, act: () => Promise<unknown>, belongsTo: string[]][] = [
    [
      'inviteAccount',
      async () => ({ id } = (await invite(as.admin, { email, name: 'Rahasia' })).account),
      [],
    ],
    ['renewInvitation', async () => ({ secret } = await renew(as.admin, id)), []],
    [
      'setRoles',
      () => setRoles(as.admin, { accountId: id, roles: ['PARTNER'], partnerId: partners.semen.id }),
      [partners.semen.id],
    ],
    ['disableAccount', () => disable(as.admin, id), []],
    ['enableAccount', () => enable(as.admin, id), []],
  ];
  for (const [action, act, belongsTo] of acts) {
    const left = await tracesOf(hub.database, act);
    expect(left).toMatchObject([{ ...by, action, subjectIds: [id, ...belongsTo] }]);
    expect(JSON.stringify(left).toLowerCase()).not.toContain('rahasia');
    if (['setRoles', 'disableAccount', 'enableAccount'].includes(action)) {
      expect(await tracesOf(hub.database, act)).toEqual([]);
    }
  }
  ({ secret } = await renew(as.admin, id));
  expect(await tracesOf(hub.database, () => accept(as.anonymous, secret))).toMatchObject([
    {
      action: 'acceptInvitation',
      actorKind: 'ACCOUNT',
      accountId: id,
      subjectIds: [id, expect.stringMatching(/^token_/)],
    },
  ]);
  expect(await tracesOf(hub.database, () => refused(accept(as.anonymous, secret)))).toEqual([]);
});

test('an administrator’s API token keeps no accounts', async () => {
  const { createApiToken } = await as.admin.request(CreateApiTokenDocument, {
    input: { name: 'Sistem', scopes: ['READ', 'NEEDS', 'CLAIM', 'GOVERN'], days: 1 },
  });
  const token = hub.clientWith(createApiToken.secret!);
  await expect(token.request(AccountsDocument)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  for (const act of [
    () => invite(token),
    () => setRoles(token, { accountId: accounts.semen, roles: ['ADMIN'] }),
    () => disable(token, accounts.semen),
  ]) {
    expect(await refused(act())).toMatchObject([{ __typename: 'Forbidden', path: null }]);
  }
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
});
