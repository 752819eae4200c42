import { describe, expect, test } from '@jest/globals';
import {
  PublishDraftDocument,
  PublishPolicyDocument,
  RegisterPartnerDocument,
  SignInDocument,
} from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { SinergiError } from '../client/sinergi-error.ts';
import { rootAccess } from '../src/access/api-access.ts';
import { hashPassword } from '../src/identity/password.ts';
import { accept, disable, enable, invite, renew, setRoles } from './support/account-acts.ts';
import {
  approve,
  cancel,
  claim,
  commit,
  decline,
  dispute,
  draft,
  publish,
  Refusal,
  refused,
  report,
  update,
  verify,
  withdraw,
} from './support/acts.ts';
import { aSession, createApiToken, revokeApiToken, revokeSession, signOut } from './support/key-acts.ts';
import { insertAccount, insertArea, insertPolicy } from './support/inserts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { type Asker, askers, permitted } from './support/relations.ts';
import { buildWorld, people } from './support/world.ts';

const hub = await testHub();
const { as, accounts, villages, partners } = await buildWorld(hub);
const { cimarga, sajira } = villages;
// In Sajira a cluster with more than 80 % of the plan needs approval.
await insertArea(hub.database, '36.02.12');
await insertPolicy(hub.database, '36.02.12', { COLOUR_SHARE: 'APPROVAL' });
const visitor = await (
  await testHub({ database: hub.database, clock: hub.clock, publicRead: true })
).client(null);
const password = 'one that nobody guesses';
await insertAccount(hub.database, {
  email: 'newcomer@sinergi.test',
  roles: [],
  passwordHash: await hashPassword(password),
});
const today = hub.clock.date();
const later = hub.clock.date(30);

const anOpenNeed = () => publish(as.kader, { villageId: cimarga.id });
const aDraft = () => draft(as.kader, { villageId: cimarga.id });
const aPledge = async () => claim(as.semen, (await anOpenNeed()).id, 2);
const aCommitment = async () => commit(as.semen, (await aPledge()).id, later);
const aDelivery = async () => report(as.semen, (await aCommitment()).id, 1, today);
const anAccount = async () => (await invite(as.admin)).account;
let awaited: string | null = null;
/** On the only need of Sajira that stands, all of it: more than 80 % of the plan. */
async function anAwaitingPledge() {
  if (awaited !== null) await cancel(as.coordinator, awaited);
  const need = await publish(as.coordinator, { villageId: sajira.id });
  awaited = need.id;
  return claim(as.semen, need.id, need.quantity);
}

type MutationName = keyof typeof rootAccess.Mutation;

interface Attempt {
  /** To whom it is refused as if there were nothing. */
  isHiddenFrom?: (asker: Asker) => boolean;
  prepare?: () => Promise<{ id: string }>;
  act(by: SinergiClient, id: string): Promise<unknown>;
}

const policy = {
  rules: [
    { rule: 'RECIPROCITY', mode: 'OFF', limit: 1, ceiling: 2 },
    { rule: 'PARTNER_SHARE', mode: 'OFF', limit: 1, floor: 0 },
    { rule: 'COLOUR_SHARE', mode: 'OFF', limit: 1, floor: 0 },
    { rule: 'SPREAD', mode: 'OFF', limit: 1, floor: 0 },
    { rule: 'CAPACITY', mode: 'OFF', limit: 1, floor: 0 },
  ] as const,
  synergyColours: 2,
  synergyDiversity: 1.5,
  pledgeDays: 14,
  graceDays: 14,
};
let registered = 0;

async function signIn(by: SinergiClient): Promise<void> {
  const {
    signIn: { problems },
  } = await by.request(SignInDocument, { input: { email: 'newcomer@sinergi.test', password } });
  if (problems.length > 0) throw new Refusal(problems);
}

async function publishPolicy(by: SinergiClient, areaCode: string | null): Promise<void> {
  const input = { ...policy, rules: [...policy.rules], areaCode };
  const {
    publishPolicy: { problems },
  } = await by.request(PublishPolicyDocument, { input });
  if (problems.length > 0) throw new Refusal(problems);
}

async function register(by: SinergiClient, areaCodes: string[]): Promise<void> {
  const code = `mitra-${(registered += 1)}`;
  const input = { code, name: code, kind: 'NGO' as const, cluster: 'health', mandate: [], areaCodes };
  const {
    registerPartner: { problems },
  } = await by.request(RegisterPartnerDocument, { input });
  if (problems.length > 0) throw new Refusal(problems);
}

/** Each mutation, on a need of Cimarga, or a pledge of semen on one. */
const attempts: Record<MutationName, Attempt> = {
  publishNeed: { act: (by) => publish(by, { villageId: cimarga.id }) },
  draftNeed: { act: (by) => draft(by, { villageId: cimarga.id }) },
  updateNeed: {
    prepare: anOpenNeed,
    act: (by, needId) => update(by, { needId, version: 1, title: 'Lain' }),
  },
  publishDraft: {
    prepare: aDraft,
    isHiddenFrom: (asker) => !permitted('seeDrafts').includes(asker),
    act: async (by, needId) => {
      const {
        publishDraft: { problems },
      } = await by.request(PublishDraftDocument, { input: { needId, version: 1 } });
      if (problems.length > 0) throw new Refusal(problems);
    },
  },
  cancelNeed: { prepare: anOpenNeed, act: (by, id) => cancel(by, id) },
  claimNeed: { prepare: anOpenNeed, act: (by, id) => claim(by, id, 1) },
  commitPledge: { prepare: aPledge, act: (by, id) => commit(by, id, later) },
  withdrawPledge: { prepare: aPledge, act: (by, id) => withdraw(by, id) },
  reportDelivery: { prepare: aCommitment, act: (by, id) => report(by, id, 1, today) },
  verifyDelivery: { prepare: aDelivery, act: (by, id) => verify(by, id) },
  disputeDelivery: { prepare: aDelivery, act: (by, id) => dispute(by, id) },
  approvePledge: { prepare: anAwaitingPledge, act: (by, id) => approve(by, id) },
  declinePledge: { prepare: anAwaitingPledge, act: (by, id) => decline(by, id) },
  registerPartner: { act: (by) => register(by, ['36.02']) },
  publishPolicy: { act: (by) => publishPolicy(by, '36.02.11') },
  inviteAccount: { act: (by) => invite(by) },
  renewInvitation: { prepare: anAccount, act: renew },
  // Whoever has the secret may; here it stands for an id.
  acceptInvitation: {
    prepare: async () => ({ id: (await invite(as.admin)).secret! }),
    act: (by, secret) => accept(by, secret),
  },
  setRoles: { prepare: anAccount, act: (by, accountId) => setRoles(by, { accountId, roles: ['AUDITOR'] }) },
  disableAccount: { prepare: anAccount, act: disable },
  enableAccount: {
    prepare: async () => disable(as.admin, (await anAccount()).id),
    act: enable,
  },
  signIn: { act: signIn },
  signOut: { act: (by) => signOut(hub, by) },
  createApiToken: { act: createApiToken },
  revokeApiToken: {
    prepare: () => createApiToken(as.semen),
    isHiddenFrom: () => true,
    act: revokeApiToken,
  },
  revokeSessions: {
    prepare: () => aSession(hub, accounts.semen),
    act: (by, id) => revokeSession(by, accounts.semen, id),
  },
};
const nothing = () => Promise.resolve({ id: '' });
const clientOf = (asker: Asker) => (asker === 'visitor' ? visitor : as[asker]);

describe.each(Object.entries(attempts))('%s', (name, { prepare = nothing, act, isHiddenFrom }) => {
  const may = permitted(rootAccess.Mutation[name as MutationName]);

  test(`is for ${may.join(', ')}`, async () => {
    expect(may.length).toBeGreaterThan(0);
    for (const asker of may) {
      const { id } = await prepare();
      await act(clientOf(asker), id);
    }
  });

  test('is refused to everybody else, and then nothing is changed', async () => {
    const { id } = await prepare();
    const before = await hub.contents();
    for (const asker of askers.filter((one) => !may.includes(one))) {
      const attempt = act(clientOf(asker), id);
      if (asker === 'anonymous' || asker === 'visitor') {
        await expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      } else {
        const kind = isHiddenFrom?.(asker) === true ? 'NotFound' : 'Forbidden';
        expect([asker, await refused(attempt)]).toMatchObject([asker, [{ __typename: kind }]]);
      }
    }
    expect(await hub.contents()).toEqual(before);
  });
});

test('a policy for everywhere is for administrators alone', async () => {
  const { admin, ...others } = as;
  await publishPolicy(admin, null);
  const before = await hub.contents();
  for (const person of people.filter((one) => one !== 'admin')) {
    expect(await refused(publishPolicy(others[person as keyof typeof others], null))).toMatchObject([
      { __typename: 'Forbidden' },
    ]);
  }
  expect(await hub.contents()).toEqual(before);
});

test('a coordinator registers partners and publishes policies only where all of it is in its areas', async () => {
  for (const areas of [['36'], ['36.04'], ['36.02', '36.04']]) {
    expect(await refused(register(as.coordinator, areas))).toMatchObject([{ __typename: 'Forbidden' }]);
  }
  for (const area of ['36', '36.04', null]) {
    expect(await refused(publishPolicy(as.coordinator, area))).toMatchObject([{ __typename: 'Forbidden' }]);
  }
});

test('nobody verifies or disputes a delivery of their own partner, whatever else they are', async () => {
  const email = 'both@sinergi.test';
  const both = await insertAccount(hub.database, {
    email,
    roles: ['VILLAGE', 'PARTNER', 'ADMIN'],
    partnerId: partners.semen.id,
    villageIds: [cimarga.id],
  });
  const client = await hub.client(both);
  const { id } = await aDelivery();
  expect(await refused(verify(client, id))).toMatchObject([{ __typename: 'Forbidden' }]);
  expect(await refused(dispute(client, id))).toMatchObject([{ __typename: 'Forbidden' }]);
});

test('membership without the role PARTNER gives no right to claim', async () => {
  const account = await insertAccount(hub.database, {
    email: 'former@sinergi.test',
    roles: [],
    partnerId: partners.semen.id,
  });
  const need = await anOpenNeed();
  expect(await refused(claim(await hub.client(account), need.id, 1))).toMatchObject([
    { __typename: 'Forbidden' },
  ]);
});

test('roles are looked up at each use: one that is taken away is gone at once', async () => {
  const account = await insertAccount(hub.database, {
    email: 'brief@sinergi.test',
    roles: ['VILLAGE'],
    villageIds: [cimarga.id],
  });
  const client = await hub.client(account);
  await publish(client, { villageId: cimarga.id });
  await hub.database.sql('delete from account_villages where account_id = $1', [account]);
  expect(await refused(publish(client, { villageId: cimarga.id }))).toMatchObject([
    { __typename: 'Forbidden' },
  ]);
  await hub.database.sql('update accounts set disabled_at = now() where id = $1', [account]);
  await expect(publish(client, { villageId: cimarga.id })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a mutation over the WebSocket is under the same law', async () => {
  const need = await anOpenNeed();
  const source = gql<{ claimNeed: { pledge: object | null; problems: object[] } }>(`mutation ($key: String!) {
    claimNeed(input: { needId: "${need.id}", quantity: 1, idempotencyKey: $key }) { pledge { status } problems { __typename } }
  }`);
  const send = async (by: SinergiClient) =>
    (await take(by.subscribe(source, { key: 'ws' }), 1))[0]!.claimNeed;
  expect(await send(as.semen)).toEqual({ pledge: { status: 'PLEDGED' }, problems: [] });
  expect(await send(as.kader)).toEqual({ pledge: null, problems: [{ __typename: 'Forbidden' }] });
  await expect(send(as.anonymous)).rejects.toThrow(SinergiError);
});

test('the books are true, and nothing was a fault to the hub', async () => {
  await hub.expectTrueBooks();
  expect(hub.complaints).toEqual([]);
});
