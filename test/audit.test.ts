import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { ClaimNeedDocument, SignInDocument } from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { hashPassword } from '../src/identity/password.ts';
import { claim, publish, refused, withdraw } from './support/acts.ts';
import { everyMutation, PRIVATE } from './support/every-mutation.ts';
import { insertAccount, insertArea, insertPolicy } from './support/inserts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { allTraces, type Trace, tracesOf } from './support/trail.ts';
import { buildWorld, type Person } from './support/world.ts';

const hub = await testHub();
const world = await buildWorld(hub);
const { as, accounts, partners, villages } = world;
const { database } = hub;
const lebak = await insertArea(database, '36.02');
await insertArea(database, '36.04.12');
await insertPolicy(database, '36.04.12', { COLOUR_SHARE: 'APPROVAL' });

const email = `${PRIVATE}@sinergi.test`;
const password = `${PRIVATE}-sandi`;
const passwordHash = await hashPassword(password);
const accountId = await insertAccount(database, { email, roles: ['AUDITOR'], passwordHash });

const UUID = /^[0-9a-f-]{36}$/;
const LOCAL = /^(::ffff:)?127\.0\.0\.1$/;

/** A client, and the name of the token that it sends. */
async function signedIn(person: Person): Promise<{ client: SinergiClient; tokenId: string }> {
  const token = await hub.tokenOf(accounts[person]);
  const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string };
  return { client: hub.clientWith(token), tokenId: payload.jti };
}

type Payload = Record<string, { id: string } | null> & { problems: object[] };

const mutations = everyMutation(hub, world, lebak);

describe('one entry in the audit trail, with who, what, when, from where and through which token, is left by', () => {
  test.each(Object.entries(mutations))('%s', async (name, { by, notBy, document, prepare }) => {
    const { client, tokenId } = await signedIn(by);
    const { input, belongsTo } = await prepare();
    const asked = { ...input, idempotencyKey: randomUUID() };
    const send = async (sender: SinergiClient): Promise<Payload> => {
      const answer = await sender.request(document, { input: asked } as never);
      return (answer as Record<string, Payload>)[name]!;
    };
    const refusedOnce = await tracesOf(database, async () => {
      expect(await send(as[notBy])).toMatchObject({ problems: [expect.anything()] });
    });
    expect(refusedOnce).toEqual([]);

    let done: Payload | undefined;
    const left = await tracesOf(database, async () => (done = await send(client)));
    const { problems, ...made } = done!;
    expect(problems).toEqual([]);
    const { id } = Object.values(made).find((value) => value !== null && 'id' in value)!;
    expect(left).toEqual([
      {
        id: expect.any(Number),
        occurredAt: hub.clock.now(),
        action: name,
        outcome: 'DONE',
        actorKind: 'ACCOUNT',
        accountId: accounts[by],
        subjectIds: [id, ...belongsTo],
        address: expect.stringMatching(LOCAL),
        requestId: expect.stringMatching(UUID),
        tokenId,
      },
    ]);
    // Sent again it is answered from the first answer, and leaves nothing.
    expect(await tracesOf(database, () => send(client))).toEqual([]);
  });

  /** Those are nobody else’s to make, or take no key; sessions.test.ts, api-tokens.test.ts and accounts.test.ts have them. */
  const ofAccess = [
    'acceptInvitation',
    'createApiToken',
    'disableAccount',
    'enableAccount',
    'renewInvitation',
    'revokeApiToken',
    'revokeSessions',
    'setRoles',
    'signOut',
  ];

  test('every mutation of the schema is among them, or is of accounts, sessions and tokens, or is signIn', () => {
    const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
    const names = Object.keys(schema.getMutationType()!.getFields());
    expect([...Object.keys(mutations), ...ofAccess, 'signIn'].toSorted()).toEqual(names.toSorted());
  });
});

test('an act without a key leaves one entry too', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  const pledge = await claim(as.semen, need.id, 1);
  expect(await tracesOf(database, () => withdraw(as.semen, pledge.id))).toMatchObject([
    { action: 'withdrawPledge', subjectIds: [pledge.id, need.id, villages.cimarga.id, partners.semen.id] },
  ]);
});

test('of twins that are sent at once one leaves an entry', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  const more = { idempotencyKey: randomUUID() };
  const left = await tracesOf(database, async () => {
    const pledges = await Promise.all(Array.from({ length: 8 }, () => claim(as.semen, need.id, 1, more)));
    expect(new Set(pledges.map(({ id }) => id)).size).toBe(1);
  });
  expect(left.map(({ action }) => action)).toEqual(['claimNeed']);
});

test('a refusal that is remembered for its key leaves nothing, not even when it is heard again', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 1 });
  const tooMany = () => refused(claim(as.semen, need.id, 2, { idempotencyKey: 'terlalu-banyak' }));
  expect(
    await tracesOf(database, async () => {
      expect(await tooMany()).toMatchObject([{ __typename: 'NotEnoughRemaining' }]);
      expect(await tooMany()).toMatchObject([{ __typename: 'NotEnoughRemaining' }]);
    }),
  ).toEqual([]);
});

test('what is undone when it would commit leaves nothing', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  await database.transaction([
    `create function fail_at_commit() returns trigger language plpgsql as
      $$ begin raise exception 'at the very end'; end $$`,
    `create constraint trigger fail_at_commit after insert on audit_pending deferrable initially deferred
      for each row execute function fail_at_commit()`,
  ]);
  const left = await tracesOf(database, () =>
    expect(claim(as.semen, need.id, 1)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' }),
  );
  await database.transaction([
    'drop trigger fail_at_commit on audit_pending',
    'drop function fail_at_commit()',
  ]);
  expect(left).toEqual([]);
  expect(await database.sql('select from pledges where need_id = $1', [need.id])).toEqual([]);
  expect(hub.complaints.splice(0)).toEqual([expect.stringContaining('at the very end')]);
});

test('a mutation over a WebSocket is known by its address and token, and by its number on the connection', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  const { client, tokenId } = await signedIn('semen');
  const input = { needId: need.id, quantity: 1, idempotencyKey: 'ws' };
  const left = await tracesOf(database, () => take(client.subscribe(ClaimNeedDocument, { input }), 1));
  expect(left).toMatchObject([
    { action: 'claimNeed', tokenId, requestId: expect.stringMatching(/^[0-9a-f-]{36}\.1$/) },
  ]);
  expect(left[0]!.address).toMatch(LOCAL);
});

test('a pledge whose time is over is ended by the system', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id });
  const pledge = await claim(as.semen, need.id, 1);
  await database.sql('alter table pledges disable trigger user');
  await database.sql('update pledges set expires_at = $1 where id = $2', [hub.clock.now(), pledge.id]);
  await database.sql('alter table pledges enable trigger user');
  const left = await tracesOf(database, () => hub.services.pledges.expireDue());
  expect(left).toMatchObject([
    {
      action: 'expirePledge',
      actorKind: 'SYSTEM',
      accountId: null,
      address: null,
      requestId: null,
      tokenId: null,
      subjectIds: [pledge.id, need.id, villages.cimarga.id, partners.semen.id],
    },
  ]);
});

describe('signing in', () => {
  const signIn = (input: { email: string; password: string }) =>
    as.anonymous.request(SignInDocument, { input });
  test('leaves an entry with the account and the token that was given, through which later acts are found', async () => {
    let token: string | null | undefined;
    const left = await tracesOf(database, async () => {
      ({ token } = (await signIn({ email, password })).signIn);
    });
    const payload = JSON.parse(Buffer.from(token!.split('.')[1]!, 'base64url').toString()) as { jti: string };
    expect(left).toMatchObject([
      { action: 'signIn', outcome: 'DONE', actorKind: 'ACCOUNT', accountId, tokenId: null },
    ]);
    expect(left[0]!.subjectIds).toEqual([accountId, payload.jti]);
    expect(left[0]!.address).toMatch(LOCAL);
  });

  test.each([
    ['a wrong password', { email, password: `${PRIVATE}!` }, true],
    ['an address that nobody has', { email: `${PRIVATE}.lain@sinergi.test`, password }, false],
    ['no address at all', { email: `${PRIVATE}\u0000`, password: '' }, false],
  ])(
    'with %s leaves an entry of nobody, which names the account if there is one',
    async (_, input, isKnown) => {
      const left = await tracesOf(database, async () => {
        expect((await signIn(input)).signIn).toMatchObject({ token: null, problems: [expect.anything()] });
      });
      expect(left).toMatchObject([
        { action: 'signIn', outcome: 'REFUSED', actorKind: 'ANONYMOUS', accountId: null, tokenId: null },
      ]);
      expect(left[0]!.subjectIds).toEqual(isKnown ? [accountId] : []);
    },
  );
});

test('reading leaves nothing', async () => {
  const source = gql('{ viewer { id } needs { nodes { id } } auditTrail { nodes { position } } }');
  expect(await tracesOf(database, () => as.auditor.request(source))).toEqual([]);
});

test('no text that people wrote, no password and no address of a person is in it', async () => {
  const traces: Trace[] = await allTraces(database);
  expect(traces.length).toBeGreaterThan(30);
  const all = JSON.stringify(traces);
  expect(all).not.toMatch(new RegExp(`${PRIVATE}|@`, 'i'));
  // How tokens begin; in small letters an id may begin so by chance.
  expect(all).not.toContain('eyJ');
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
