import { describe, expect, test } from '@jest/globals';
import { AccountsDocument, type InviteAccountInput, ViewerDocument } from '../client/operations.ts';
import { ALLOWANCES } from '../src/identity/throttle.rules.ts';
import { accept, disable, enable, invite, NEW_PASSWORD, renew } from './support/account-acts.ts';
import { publish, refused } from './support/acts.ts';
import { NUL, nothingsId } from './support/bad-values.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const second = await testHub({ database: hub.database, clock: hub.clock });
const { as, villages, partners } = await buildWorld(hub);

const failed = [{ __typename: 'Forbidden', path: ['input', 'secret'] }];

describe('an invitation', () => {
  test('makes an account with what it may do, whose password is set by whoever has the secret, once', async () => {
    const { account, secret } = await invite(as.admin, {
      email: ' Petugas.Baru@Lebak.test ',
      name: 'Petugas Baru',
      roles: ['PARTNER', 'COORDINATOR', 'VILLAGE'],
      partnerId: partners.semen.id,
      areaCodes: ['36.02'],
      villageIds: [villages.sajira.id],
    });
    expect(secret).toMatch(/^sinergi_invitation_[\w-]{43}$/);
    expect(account).toEqual({
      id: expect.stringMatching(/^account_/),
      name: 'Petugas Baru',
      email: 'petugas.baru@lebak.test',
      roles: ['COORDINATOR', 'PARTNER', 'VILLAGE'],
      partner: { id: partners.semen.id, name: partners.semen.name },
      areas: { nodes: [{ code: '36.02', name: '36.02' }] },
      villages: { nodes: [villages.sajira] },
      createdAt: hub.clock.now().toISOString(),
      disabledAt: null,
      issuer: null,
      invitedUntil: new Date(hub.clock.now().getTime() + 7 * 86_400_000).toISOString(),
    });
    const client = hub.clientWith(await accept(as.anonymous, secret!));
    const { viewer } = await client.request(ViewerDocument);
    expect(viewer).toMatchObject({ id: account.id, email: account.email, roles: account.roles });
    await publish(client, { villageId: villages.sajira.id });
    const signedIn = await second.clientWith(undefined).signIn(account.email, NEW_PASSWORD);
    expect(signedIn).toMatchObject({ id: account.id });
    expect(await refused(accept(as.anonymous, secret!))).toMatchObject(failed);
    const { nodes } = (await as.admin.request(AccountsDocument, { search: 'petugas' })).accounts;
    expect(nodes).toEqual([{ ...account, invitedUntil: null }]);
  });

  test('is shown once, and nothing in the database or in later answers tells its secret', async () => {
    const key = { email: 'sekali@sinergi.test', name: 'Sekali', idempotencyKey: 'one' };
    const { account, secret } = await invite(as.admin, key);
    expect(await invite(as.admin, key)).toEqual({ account, secret: null });
    const kept = JSON.stringify([
      await hub.database.sql('select * from invitations'),
      await hub.database.sql('select * from idempotency_keys'),
      await as.admin.request(AccountsDocument, { first: 100 }),
    ]);
    expect(kept).toContain(account.id);
    expect(kept).not.toContain(secret!.slice('sinergi_invitation_'.length));
  });

  test('asked for twice at once by one key is made once, and its secret is shown to one of both', async () => {
    const key = { email: 'kembar@sinergi.test', name: 'Kembar', idempotencyKey: 'twin' };
    const twins = await Promise.all([1, 2].map(() => invite(as.admin, key)));
    expect(new Set(twins.map(({ account }) => account.id)).size).toBe(1);
    const shown = twins.flatMap(({ secret }) => secret ?? []);
    expect(shown).toHaveLength(1);
    await accept(as.anonymous, shown[0]!);
  });

  test('of one address twice at once is of one account', async () => {
    const same = { email: 'rebutan@sinergi.test', name: 'Rebutan' };
    const answers = await Promise.allSettled([1, 2, 3].map(() => invite(as.admin, same)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refused(invite(as.admin, { email: 'REBUTAN@sinergi.test' }))).toMatchObject([
      { __typename: 'InvalidInput', path: ['input', 'email'] },
    ]);
  });

  test('accepted twice at once is accepted once', async () => {
    const { secret } = await invite(as.admin);
    const visitors = [hub.clientWith(undefined), second.clientWith(undefined)];
    const passwords = ['the first of both', 'the second of both'];
    const answers = await Promise.allSettled(
      passwords.map((password, n) => accept(visitors[n]!, secret!, password)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [lost] = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as object] : [],
    );
    expect(lost).toMatchObject({ problems: failed });
  });

  test('has one answer for secrets that are wrong, used, renewed, over, or of a disabled account', async () => {
    const used = await invite(as.admin);
    await accept(as.anonymous, used.secret!);
    const renewed = await invite(as.admin);
    const { secret } = await renew(as.admin, renewed.account.id);
    const over = await invite(as.admin);
    const disabled = await invite(as.admin);
    await disable(as.admin, disabled.account.id);
    const again = await invite(as.admin);
    await enable(as.admin, (await disable(as.admin, again.account.id)).id);
    await accept(as.anonymous, secret);
    await hub.clock.moveDays(7);
    const answers: object[] = [];
    for (const wrong of [used, renewed, over, disabled, again].map((one) => one.secret!)) {
      answers.push(await refused(accept(as.anonymous, wrong)));
    }
    for (const wrong of ['', 'x', NUL, '\ud800', 'x'.repeat(10_000), over.secret!.slice(0, -1)]) {
      answers.push(await refused(accept(as.anonymous, wrong)));
    }
    expect(answers).toHaveLength(11);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject(failed);
    await accept(as.anonymous, (await renew(as.admin, over.account.id)).secret);
  });

  test('is renewed for accounts without a password that are not disabled', async () => {
    const { account, secret } = await invite(as.admin);
    await accept(as.anonymous, secret!);
    expect(await refused(renew(as.admin, account.id))).toMatchObject([{ __typename: 'WrongState' }]);
    await disable(as.admin, account.id);
    expect(await refused(renew(as.admin, account.id))).toMatchObject([{ __typename: 'WrongState' }]);
    expect(await refused(renew(as.admin, nothingsId('account')))).toMatchObject([
      { __typename: 'NotFound', path: ['input', 'accountId'] },
    ]);
  });

  test('takes the passwords that the hub takes, and is still good after one that it does not', async () => {
    const { secret } = await invite(as.admin);
    for (const password of ['', 'x'.repeat(11), 'x'.repeat(201)]) {
      expect(await refused(accept(as.anonymous, secret!, password))).toMatchObject([
        { __typename: 'InvalidInput', path: ['input', 'password'] },
      ]);
    }
    await accept(as.anonymous, secret!, 'one that nobody guesses '.repeat(9).slice(0, 200));
  });

  test('names the field of every wrong value, and then nobody is invited', async () => {
    const before = await hub.contents();
    const semen = partners.semen.id;
    const cases: [field: string, input: Partial<InviteAccountInput>][] = [
      ...['', ' ', 'x', '@', 'a@', 'a b@c', `a${NUL}@b`, `${'x'.repeat(250)}@b.id`].map(
        (email): [string, Partial<InviteAccountInput>] => ['email', { email }],
      ),
      ['name', { name: ' ' }],
      ['name', { name: 'x'.repeat(201) }],
      ['name', { name: NUL }],
      ['idempotencyKey', { idempotencyKey: ' x' }],
      ['roles', { roles: ['ADMIN', 'ADMIN'] }],
      ['partnerId', { roles: ['PARTNER'] }],
      ['partnerId', { roles: ['PARTNER'], partnerId: nothingsId('partner') }],
      ['partnerId', { roles: ['PARTNER'], partnerId: 'x' }],
      ['partnerId', { roles: ['AUDITOR'], partnerId: semen }],
      ['areaCodes', { roles: ['COORDINATOR'] }],
      ['areaCodes', { roles: ['COORDINATOR'], areaCodes: [] }],
      ['areaCodes', { roles: [], areaCodes: ['36'] }],
      ['areaCodes', { roles: ['COORDINATOR'], areaCodes: ['36', '36'] }],
      ['areaCodes.1', { roles: ['COORDINATOR'], areaCodes: ['36', NUL] }],
      ['areaCodes', { roles: ['COORDINATOR'], areaCodes: Array.from({ length: 101 }, (_, n) => `36.${n}`) }],
      ['villageIds', { roles: ['VILLAGE'] }],
      ['villageIds', { roles: ['ADMIN'], villageIds: [villages.sajira.id] }],
      ['villageIds.0', { roles: ['VILLAGE'], villageIds: [nothingsId('village')] }],
      ['villageIds.0', { roles: ['VILLAGE'], villageIds: [semen] }],
    ];
    for (const [field, input] of cases) {
      const problems = await refused(invite(as.admin, input));
      expect([input, problems]).toMatchObject([
        input,
        [{ __typename: 'InvalidInput', path: ['input', ...field.split('.')] }],
      ]);
    }
    expect(await hub.contents()).toEqual(before);
  });
});

test('whoever tries secrets from one address is stopped for a while, and others are not', async () => {
  const node = await testHub({ clock: hub.clock });
  const admin = await node.client(
    await insertAccount(node.database, { email: 'a@sinergi.test', roles: ['ADMIN'] }),
  );
  const { secret } = await invite(admin);
  const visitor = node.clientWith(undefined);
  const { tries, everyMs } = ALLOWANCES.address;
  await Promise.all(Array.from({ length: tries }, () => refused(accept(visitor, 'wrong'))));
  expect(await refused(accept(visitor, secret!))).toMatchObject([
    { __typename: 'TooManyAttempts', path: ['input'] },
  ]);
  await node.clock.moveTo(new Date(node.clock.now().getTime() + everyMs));
  await accept(visitor, secret!);
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
});
