import { describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import {
  ApiTokensDocument,
  CreateApiTokenDocument,
  type CreateApiTokenInput,
  PledgeFeedDocument,
  RevokeApiTokenDocument,
  RevokeSessionsDocument,
  SectorsDocument,
  SessionsDocument,
  SignOutDocument,
} from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { RawReader } from './faults/raw-reader.ts';
import { approve, cancel, claim, publish, refused, withdraw } from './support/acts.ts';
import { NUL, nothingsId } from './support/bad-values.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { tracesOf } from './support/trail.ts';
import { buildWorld, people } from './support/world.ts';

const hub = await testHub();
const { as, accounts, villages, partners } = await buildWorld(hub);

type Input = Partial<CreateApiTokenInput>;
async function create(by: SinergiClient, input: Input = {}) {
  const asked = { name: 'Sistem kami', scopes: ['READ' as const], days: 30, ...input };
  return (await by.request(CreateApiTokenDocument, { input: asked })).createApiToken;
}

async function revoke(by: SinergiClient, tokenId: string) {
  return (await by.request(RevokeApiTokenDocument, { input: { tokenId } })).revokeApiToken;
}

/** A client that asks through a new API token of that account. */
async function through(by: SinergiClient, scopes: CreateApiTokenInput['scopes']): Promise<SinergiClient> {
  const { secret, problems } = await create(by, { scopes });
  expect(problems).toEqual([]);
  return hub.clientWith(secret!);
}

const isNobody = (client: SinergiClient) =>
  expect(client.request(SectorsDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

describe('an API token', () => {
  test('is shown once, and nothing in the database or in later answers tells its secret', async () => {
    const key = { idempotencyKey: 'one' };
    const { apiToken, secret, problems } = await create(as.semen, key);
    expect(problems).toEqual([]);
    expect(secret).toMatch(/^sinergi_[\w-]{43}$/);
    expect(apiToken).toMatchObject({
      name: 'Sistem kami',
      scopes: ['READ'],
      lastUsedOn: null,
      revokedAt: null,
    });
    const again = await create(as.semen, key);
    expect(again).toEqual({ apiToken, secret: null, problems: [] });
    const { apiTokens } = await as.semen.request(ApiTokensDocument);
    expect(apiTokens).toEqual([apiToken]);
    const kept = JSON.stringify([
      await hub.database.sql('select * from api_tokens'),
      await hub.database.sql('select * from idempotency_keys'),
    ]);
    expect(kept).toContain(apiToken!.id);
    expect(kept).not.toContain(secret!.slice('sinergi_'.length));
  });

  test('asked for twice at once by one key is made once, and its secret is shown to one of both', async () => {
    const twins = await Promise.all([1, 2].map(() => create(as.perkim, { idempotencyKey: 'twin' })));
    expect(new Set(twins.map(({ apiToken }) => apiToken!.id)).size).toBe(1);
    const secret = twins.map((twin) => twin.secret).find((one) => one !== null);
    expect(twins.filter((twin) => twin.secret === null)).toHaveLength(1);
    await hub.clientWith(secret).request(SectorsDocument);
    const { apiTokens } = await as.perkim.request(ApiTokensDocument);
    expect(apiTokens).toMatchObject([{ lastUsedOn: hub.clock.date() }]);
  });

  test('works over HTTP, WebSocket and event stream, and all end when it is revoked', async () => {
    const { apiToken, secret } = await create(as.auditor);
    const reader = await RawReader.open(hub.url, secret);
    reader.subscribe(print(PledgeFeedDocument));
    const stream = await fetch(`${hub.url}/graphql/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: print(PledgeFeedDocument) }),
    });
    await hub.feedsOpen(2);
    const { problems, apiToken: revoked } = await revoke(as.auditor, apiToken!.id);
    expect([problems, revoked!.revokedAt]).toEqual([[], hub.clock.now().toISOString()]);
    expect((await reader.closed).code).toBe(4401);
    expect(await stream.text()).toContain('UNAUTHENTICATED');
    await isNobody(hub.clientWith(secret!));
    await hub.feedsOpen(0);
    expect(await revoke(as.auditor, apiToken!.id)).toEqual({ apiToken: revoked, problems: [] });
  });

  test('is worth nothing when it is altered, expired, or its owner is disabled', async () => {
    const account = await insertAccount(hub.database, { email: 'brief@sinergi.test', roles: ['AUDITOR'] });
    const owner = await hub.client(account);
    const { secret } = await create(owner, { days: 1 });
    await isNobody(hub.clientWith(`${secret!.slice(0, -2)}__`));
    await isNobody(hub.clientWith('sinergi_'));
    const other = (await create(owner, { days: 2 })).secret!;
    await hub.clock.moveDays(1);
    await isNobody(hub.clientWith(secret!));
    await hub.clientWith(other).request(SectorsDocument);
    await hub.database.sql('update accounts set disabled_at = now() where id = $1', [account]);
    await isNobody(hub.clientWith(other));
  });

  test('of others is seen and revoked by administrators alone, and for everybody else is not there', async () => {
    const { apiToken } = await create(as.kodim);
    for (const person of people.filter((one) => one !== 'admin' && one !== 'kodim')) {
      await expect(
        as[person].request(ApiTokensDocument, { accountId: accounts.kodim }),
      ).rejects.toMatchObject({ code: 'FORBIDDEN' });
      for (const id of [apiToken!.id, nothingsId('token')]) {
        expect(await revoke(as[person], id)).toMatchObject({
          apiToken: null,
          problems: [{ __typename: 'NotFound', path: ['input', 'tokenId'] }],
        });
      }
    }
    for (const ask of [() => create(as.anonymous), () => revoke(as.anonymous, apiToken!.id)]) {
      await expect(ask()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    const { apiTokens } = await as.admin.request(ApiTokensDocument, { accountId: accounts.kodim });
    expect(apiTokens).toEqual([apiToken]);
    expect((await revoke(as.admin, apiToken!.id)).problems).toEqual([]);
  });

  test('that is made or revoked leaves one entry in the audit trail, and none when it was so before', async () => {
    const accountId = accounts.coordinator;
    const key = { idempotencyKey: 'audited' };
    const [made] = await tracesOf(hub.database, () => create(as.coordinator, key));
    const { apiToken } = await create(as.coordinator, key);
    const subjectIds = [apiToken!.id, accountId];
    expect(made).toMatchObject({ action: 'createApiToken', accountId, subjectIds });
    expect(await tracesOf(hub.database, () => create(as.coordinator, key))).toEqual([]);
    const ended = () => tracesOf(hub.database, () => revoke(as.coordinator, apiToken!.id));
    expect(await ended()).toMatchObject([{ action: 'revokeApiToken', accountId, subjectIds }]);
    expect(await ended()).toEqual([]);
  });

  test('names the field of every wrong value, and then none is made', async () => {
    const before = await hub.contents();
    for (const [field, values] of Object.entries({
      name: ['', ' ', NUL, 'x'.repeat(101)],
      days: [0, -1, 367, 2 ** 31 - 1],
      scopes: [['READ', 'READ']],
      idempotencyKey: ['', ' x', 'x'.repeat(201)],
    })) {
      for (const value of values) {
        const { problems } = await create(as.dinkes, { [field]: value });
        expect([field, value, problems]).toMatchObject([field, value, [{ path: ['input', field] }]]);
      }
    }
    expect((await revoke(as.dinkes, 'x')).problems).toMatchObject([{ path: ['input', 'tokenId'] }]);
    expect(await hub.contents()).toEqual(before);
  });

  test('is one of at most fifty that are good, also when many are made at once', async () => {
    const answers = await Promise.all(Array.from({ length: 55 }, () => create(as.coordinatorSerang)));
    expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(50);
    const [token] = answers.flatMap(({ apiToken }) => apiToken ?? []);
    await revoke(as.coordinatorSerang, token!.id);
    expect((await create(as.coordinatorSerang)).problems).toEqual([]);
  });
});

describe('a scope', () => {
  test('only narrows: each act takes its own, and reading is in every token', async () => {
    const need = await publish(as.kader, { villageId: villages.cimarga.id });
    const pledge = await claim(as.semen, need.id, 1);
    const acts = {
      NEEDS: [
        (by: SinergiClient) => publish(by, { villageId: villages.cimarga.id }),
        (by: SinergiClient) => cancel(by, need.id),
      ],
      CLAIM: [(by: SinergiClient) => claim(by, need.id, 1), (by: SinergiClient) => withdraw(by, pledge.id)],
      GOVERN: [(by: SinergiClient) => approve(by, pledge.id)],
    };
    const everything = await hub.client(
      await insertAccount(hub.database, {
        email: 'everything@sinergi.test',
        roles: ['PARTNER', 'COORDINATOR', 'VILLAGE'],
        partnerId: partners.semen.id,
        areas: ['36.02'],
        villageIds: [villages.cimarga.id],
      }),
    );
    const scopes = ['NEEDS', 'CLAIM', 'GOVERN'] as const;
    for (const scope of scopes) {
      const others = scopes.filter((one) => one !== scope);
      const without = await through(everything, [...others]);
      await without.request(SectorsDocument);
      for (const act of acts[scope]) {
        expect([scope, await refused(act(without))]).toMatchObject([scope, [{ __typename: 'Forbidden' }]]);
      }
    }
    const claimant = await through(everything, ['CLAIM']);
    expect(await claim(claimant, need.id, 1)).toMatchObject({ status: 'PLEDGED' });
    await publish(await through(everything, ['NEEDS']), { villageId: villages.cimarga.id });
  });

  test('gives nothing that the owner may not do', async () => {
    const need = await publish(as.kader, { villageId: villages.cimarga.id });
    const token = await through(as.auditor, ['READ', 'NEEDS', 'CLAIM', 'GOVERN']);
    for (const act of [
      () => claim(token, need.id, 1),
      () => publish(token, { villageId: villages.cimarga.id }),
      () => cancel(token, need.id),
    ]) {
      expect(await refused(act())).toMatchObject([{ __typename: 'Forbidden' }]);
    }
  });

  test('is for no token to keep sessions and tokens by, not even an administrator’s', async () => {
    const token = await through(as.admin, ['READ', 'NEEDS', 'CLAIM', 'GOVERN']);
    const { apiTokens } = await as.admin.request(ApiTokensDocument);
    expect((await create(token)).problems).toMatchObject([{ __typename: 'Forbidden' }]);
    expect((await revoke(token, apiTokens[0]!.id)).problems).toMatchObject([{ __typename: 'Forbidden' }]);
    expect((await token.request(SignOutDocument)).signOut.problems).toMatchObject([
      { __typename: 'Forbidden' },
    ]);
    const { revokeSessions } = await token.request(RevokeSessionsDocument, { input: {} });
    expect(revokeSessions.problems).toMatchObject([{ __typename: 'Forbidden' }]);
    for (const ask of [() => token.request(ApiTokensDocument), () => token.request(SessionsDocument)]) {
      await expect(ask()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
