import { describe, expect, test } from '@jest/globals';
import { SectorsDocument, SignInDocument, ViewerDocument } from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { hashPassword } from '../src/identity/password.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, accounts } = await buildWorld(hub);

describe('a token', () => {
  const isNobody = (client: SinergiClient) =>
    expect(client.request(SectorsDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

  test('that is none, is altered, has expired or is of an account that is disabled is worth nothing', async () => {
    const token = await hub.tokenOf(accounts.auditor);
    const [head, payload, signature] = token.split('.') as [string, string, string];
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: accounts.admin }),
    ).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const useless = [
      'x',
      'x.y.z',
      `${head}.${payload}.`,
      `${head}.${forged}.${signature}`,
      `${unsigned}.${payload}.`,
      `${unsigned}.${payload}.x`,
    ];
    for (const bad of useless) await isNobody(hub.clientWith(bad));
    await isNobody(hub.clientWith(await hub.tokenOf(accounts.auditor, -1)));
    const disabled = await insertAccount(hub.database, { email: 'gone@sinergi.test', roles: ['ADMIN'] });
    await hub.database.sql('update accounts set disabled_at = now() where id = $1', [disabled]);
    await isNobody(await hub.client(disabled));
  });

  test('is given for the right password, and one refusal for whatever is wrong', async () => {
    const passwordHash = await hashPassword('kampungkb');
    const id = await insertAccount(hub.database, {
      email: 'masuk@sinergi.test',
      roles: ['AUDITOR'],
      passwordHash,
    });
    const client = hub.clientWith(undefined);
    expect(await client.signIn('  Masuk@Sinergi.test ', 'kampungkb')).toMatchObject({
      id,
      roles: ['AUDITOR'],
    });
    const { viewer } = await client.request(ViewerDocument);
    expect(viewer).toMatchObject({
      id,
      email: 'masuk@sinergi.test',
      roles: ['AUDITOR'],
      partner: null,
      areas: { nodes: [] },
      villages: { nodes: [] },
    });
    const answers: object[] = [];
    for (const [email, password] of [
      ['masuk@sinergi.test', 'Kampungkb'],
      ['masuk@sinergi.test', ''],
      ['masuk@sinergi.test', 'kampungkb'.repeat(50)],
      ['niemand@sinergi.test', 'kampungkb'],
      ['auditor@sinergi.test', 'kampungkb'],
      ['a\u0000b', 'kampungkb'],
      ['', ''],
    ] as const) {
      const { signIn } = await as.anonymous.request(SignInDocument, { input: { email, password } });
      expect(signIn).toMatchObject({ token: null, viewer: null });
      answers.push(signIn.problems);
    }
    for (const problems of answers) {
      expect(problems).toEqual([
        { __typename: 'Forbidden', message: 'Email or password is wrong.', path: ['input'] },
      ]);
    }
  });
});

test('the viewer is told who they are, and where', async () => {
  const { viewer } = await as.semen.request(ViewerDocument);
  expect(viewer).toMatchObject({ id: accounts.semen, roles: ['PARTNER'], partner: { code: 'semen-merah' } });
  const coordinator = (await as.coordinator.request(ViewerDocument)).viewer;
  expect(coordinator).toMatchObject({ roles: ['COORDINATOR'], areas: { nodes: [{ code: '36.02' }] } });
  expect((await as.kader.request(ViewerDocument)).viewer).toMatchObject({
    villages: { nodes: [{ code: '36.02.11.2005' }] },
  });
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
