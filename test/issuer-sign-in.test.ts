import { describe, expect, test } from '@jest/globals';
import {
  AccountsDocument,
  InviteAccountDocument,
  SectorsDocument,
  SignInDocument,
  ViewerDocument,
} from '../client/operations.ts';
import { AccountSetup } from '../src/seed/account-setup.service.ts';
import { renew, setRoles } from './support/account-acts.ts';
import { refused } from './support/acts.ts';
import { Asker, transports } from './support/asker.ts';
import { insertAccount } from './support/inserts.ts';
import { WallClock } from './support/test-clock.ts';
import { testHub } from './support/test-hub.ts';
import { statementsOf } from './support/statements.ts';
import { MACHINE, testIssuer } from './support/test-issuer.ts';
import { allTraces, tracesOf } from './support/trail.ts';
import { buildWorld } from './support/world.ts';

const clock = new WallClock();
const issuer = await testIssuer(clock);
const environment = issuer.environment();
const hub = await testHub({ environment, clock });
const second = await testHub({ database: hub.database, clock, environment });
const { as, partners, villages } = await buildWorld(hub);

const viewerOf = async (token: string, at = hub) =>
  (await at.clientWith(token).request(ViewerDocument)).viewer!;
const accountsOf = (subject: string) =>
  hub.database.sql<{ id: string; email: string }>(
    'select id, email from accounts where issuer = $1 and subject = $2',
    [issuer.url, subject],
  );

describe('whoever an issuer signs in', () => {
  test('has an account at first sight, with the roles and the partner of the claims', async () => {
    const { accessToken } = await issuer.signIn('budi', {
      groups: ['staff', 'partners'],
      partner: partners.dinkes.code,
      name: ' Budi\tSantoso ',
      email: 'Budi@dinkes.test',
      email_verified: true,
    });
    const [created, ...others] = await tracesOf(hub.database, async () => {
      expect(await viewerOf(accessToken)).toMatchObject({
        name: 'Budi Santoso',
        email: 'budi@dinkes.test',
        roles: ['PARTNER'],
        partner: { id: partners.dinkes.id },
        areas: { nodes: [] },
        villages: { nodes: [] },
      });
      await viewerOf(accessToken, second);
    });
    const { id } = (await accountsOf('budi'))[0]!;
    const act = { outcome: 'DONE', actorKind: 'ACCOUNT', accountId: id, tokenId: expect.any(String) };
    expect(created).toMatchObject({ ...act, action: 'createAccount', subjectIds: [id, partners.dinkes.id] });
    expect(others).toMatchObject([{ ...act, action: 'signIn', subjectIds: [id, created!.tokenId] }]);
    const { accounts: found } = await as.admin.request(AccountsDocument, { search: 'budi dinkes' });
    expect(found.nodes).toMatchObject([{ id, issuer: issuer.url, invitedUntil: null }]);
  });

  test.each(transports)('is known over %s, and is the same account with each token', async (transport) => {
    const claims = { groups: ['auditors'] };
    const tokens = [await issuer.tokenOf('siti', claims), (await issuer.signIn('siti', claims)).accessToken];
    for (const token of tokens) {
      const answer = await new Asker(hub.url, token).ask(transport, '{ viewer { roles } }');
      expect(answer.data).toEqual({ viewer: { roles: ['AUDITOR'] } });
    }
    expect(await accountsOf('siti')).toHaveLength(1);
  });

  test('may be a system, which has no address and is called as its client', async () => {
    const token = await issuer.machineToken({ groups: 'partners', partner: partners.semen.id });
    expect(await viewerOf(token)).toMatchObject({
      name: MACHINE,
      email: expect.stringMatching(/^[0-9a-f]{32}@issuer\.invalid$/),
      partner: { id: partners.semen.id },
    });
  });

  test('has the areas and villages of the claims', async () => {
    const token = await issuer.tokenOf('rina', {
      groups: ['coordinators', 'cadres', 'unknown'],
      areas: ['36.02', '36.04'],
      villages: [villages.cimarga.code, villages.sajira.id],
      partner: 'is of no role here',
    });
    const viewer = await viewerOf(token);
    expect(viewer).toMatchObject({ roles: ['COORDINATOR', 'VILLAGE'], partner: null });
    expect(viewer.areas.nodes.map(({ code }) => code)).toEqual(['36.02', '36.04']);
    expect(viewer.villages.nodes.map(({ id }) => id).toSorted()).toEqual(
      [villages.cimarga.id, villages.sajira.id].toSorted(),
    );
  });

  test('is one account when they come first with two tokens at once, to two nodes', async () => {
    for (let round = 0; round < 5; round += 1) {
      const subject = `crowd-${round}`;
      const claims = { groups: ['auditors'], email: `${subject}@kita.test`, email_verified: true };
      const tokens = [await issuer.tokenOf(subject, claims, 1), await issuer.tokenOf(subject, claims)];
      const traces = await tracesOf(hub.database, async () => {
        const seen = await Promise.all(
          [hub, second, hub, second].flatMap((at) => tokens.map((token) => viewerOf(token, at))),
        );
        expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
      });
      expect(await accountsOf(subject)).toMatchObject([{ email: `${subject}@kita.test` }]);
      expect(traces.map(({ action }) => action)).toEqual(['createAccount', 'signIn']);
    }
  });
});

test('a token that was seen before costs no statement that a token of the hub would not cost', async () => {
  const theirs = await issuer.tokenOf('murah', { groups: ['auditors'] });
  const { id } = await viewerOf(theirs);
  const ours = await hub.tokenOf(id);
  const cost = async (token: string) => {
    const asker = new Asker(hub.url, token);
    await asker.ask('http', '{ viewer { id } }');
    return statementsOf(() => asker.ask('http', '{ viewer { id } }'));
  };
  const statements = await cost(theirs);
  expect(statements.filter((text) => text.includes('from sessions'))).toHaveLength(1);
  expect(statements).toEqual(await cost(ours));
});

describe('an address', () => {
  test.each([
    ['of an account of the hub', { email: 'sama@sinergi.test', email_verified: true }],
    ['that is not verified', { email: 'lain@sinergi.test' }],
    ['that is none', { email: 'x', email_verified: true }],
  ])('%s is not taken over', async (what, claims) => {
    const email = 'sama@sinergi.test';
    const id =
      (await hub.database.sql<{ id: string }>('select id from accounts where email = $1', [email]))[0]?.id ??
      (await insertAccount(hub.database, { email, roles: ['ADMIN'] }));
    const viewer = await viewerOf(await issuer.tokenOf(what, { groups: ['auditors'], ...claims }));
    expect(viewer).toMatchObject({
      roles: ['AUDITOR'],
      email: expect.stringMatching(/@issuer\.invalid$/),
    });
    expect(viewer.id).not.toBe(id);
  });
});

describe('whom the claims give nothing', () => {
  const unfit: [what: string, claims: object, said: RegExp][] = [
    ['no claim of roles', {}, /no role/],
    ['no role that is known', { groups: ['staff', 7, null] }, /no role/],
    ['a role of the hub by its own name', { groups: ['ADMIN'], roles: ['ADMIN'] }, /no role/],
    ['roles in an object', { groups: { 'hub-admins': true } }, /no role/],
    ['PARTNER without a partner', { groups: ['partners'] }, /PARTNER.*“partner”/],
    ['PARTNER of nobody', { groups: ['partners'], partner: 'nobody' }, /PARTNER.*“partner”/],
    [
      'PARTNER of two',
      { groups: ['partners'], partner: ['dinkes-lebak', 'semen-merah'] },
      /PARTNER.*“partner”/,
    ],
    ['COORDINATOR without areas', { groups: ['coordinators', 'auditors'], areas: [] }, /COORD.*“areas”/],
    ['COORDINATOR of one unknown', { groups: ['coordinators'], areas: ['36.02', '99'] }, /COORD.*“areas”/],
    [
      'VILLAGE of one unknown',
      { groups: ['cadres'], villages: ['36.02.11.2005', 'x'] },
      /VILLAGE.*“villages”/,
    ],
    ['VILLAGE of none', { groups: ['cadres'], villages: ['x'] }, /VILLAGE.*“villages”/],
  ];
  test.each(unfit)('is told so, and has no account: %s', async (what, claims, said) => {
    const token = await issuer.tokenOf(what, claims as Record<string, unknown>);
    for (const transport of transports) {
      const { errors } = await new Asker(hub.url, token).ask(transport, '{ sectors { code } }');
      // A WebSocket is closed with the code; its reason has no room for the words.
      const message = transport === 'websocket' ? '{"code":"FORBIDDEN"}' : expect.stringMatching(said);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' }, message }]);
    }
    const { errors } = await new Asker(hub.url, token, 'id').ask(
      'http',
      'mutation { signOut { problems { message } } }',
    );
    expect(errors).toMatchObject([{ message: expect.stringMatching(/^Akun lembaga Anda/) }]);
    expect(await accountsOf(what)).toEqual([]);
  });
});

describe('an account of an issuer', () => {
  test('has no password, no invitation and no roles but the issuer’s', async () => {
    const { id: accountId, email } = await viewerOf(
      await issuer.tokenOf('tono', { groups: ['auditors'], email: 'tono@kita.test', email_verified: true }),
    );
    for (const act of [
      () => setRoles(as.admin, { accountId, roles: ['ADMIN'] }),
      () => renew(as.admin, accountId),
    ]) {
      expect(await refused(act())).toMatchObject([
        { __typename: 'WrongState', status: 'ISSUER', message: expect.stringContaining(issuer.url) },
      ]);
    }
    const setup = new AccountSetup(hub.services.database);
    await expect(setup.setAdministrator(email, 'kampungkb123')).rejects.toThrow(email);
    const input = { email, name: 'Tono', roles: [] };
    expect((await as.admin.request(InviteAccountDocument, { input })).inviteAccount).toMatchObject({
      problems: [{ path: ['input', 'email'] }],
    });
    const tries = [email, 'nobody@kita.test'].map(async (address) =>
      as.anonymous.request(SignInDocument, { input: { email: address, password: '' } }),
    );
    const [theirs, nobodys] = await Promise.all(tries);
    expect(theirs).toEqual(nobodys);
  });

  test('is nobody’s where no issuer is configured, or another', async () => {
    const token = await issuer.tokenOf('budi', { groups: ['auditors'] });
    const plain = await testHub({ database: hub.database, clock });
    const another = await testHub({
      database: hub.database,
      clock,
      environment: { ...environment, OIDC_ISSUER: `${issuer.url}/` },
    });
    for (const node of [plain, another]) {
      await expect(node.clientWith(token).request(SectorsDocument)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
      expect(node.complaints).toEqual([]);
    }
  });
});

test('none of this was a fault to the hubs, and none of it names an address or a subject in the trail', async () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
  expect(JSON.stringify(await allTraces(hub.database))).not.toMatch(
    /kita\.test|dinkes\.test|crowd|issuer\.invalid/,
  );
});
