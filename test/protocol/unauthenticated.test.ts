// UNAUTHENTICATED says why, on every transport, and nothing of tokens to those who forge them.
import { describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import {
  CreateApiTokenDocument,
  PledgeFeedDocument,
  RevokeApiTokenDocument,
  SectorsDocument,
} from '../../client/operations.ts';
import { createSinergiClient } from '../../client/sinergi-client.ts';
import { print } from 'graphql';
import { RawReader } from '../faults/raw-reader.ts';
import { Asker, transports } from '../support/asker.ts';
import { insertAccount } from '../support/inserts.ts';
import { TOKEN_SECRET } from '../support/session-token.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';

const hub = await testHub();
const { accounts, as } = await buildWorld(hub);
const auditor = accounts.auditor;
const good = await hub.tokenOf(auditor);
const [head, , signature] = good.split('.') as [string, string, string];

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}
function signed(claims: object, secret = TOKEN_SECRET): string {
  const text = `${head}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

async function endedToken(): Promise<string> {
  const token = await hub.tokenOf(auditor);
  await hub.database.sql('update sessions set ended_at = $2 where id = $1', [
    claimsOf(token)['jti'],
    hub.clock.now(),
  ]);
  return token;
}

async function disabledToken(): Promise<string> {
  const disabled = await insertAccount(hub.database, { email: 'gone@sinergi.test', roles: ['AUDITOR'] });
  const token = await hub.tokenOf(disabled);
  await hub.database.sql('update accounts set disabled_at = $2 where id = $1', [disabled, hub.clock.now()]);
  return token;
}

async function apiToken(then?: 'revoke' | 'expire'): Promise<string> {
  const input = { name: 'uji', scopes: ['READ' as const], days: 1 };
  const { createApiToken } = await as.auditor.request(CreateApiTokenDocument, { input });
  const { id } = createApiToken.apiToken!;
  if (then === 'revoke') await as.auditor.request(RevokeApiTokenDocument, { input: { tokenId: id } });
  if (then === 'expire') {
    await hub.database.sql(
      `update api_tokens set created_at = created_at - interval '9 days', expires_at = $2 where id = $1`,
      [id, hub.clock.now()],
    );
  }
  return createApiToken.secret!;
}

const expired = await hub.tokenOf(auditor, -1);
const ended = await endedToken();
const cases: [reason: string, what: string, authorization: string | undefined][] = [
  ['MISSING', 'no header', undefined],
  ['INVALID', 'another scheme', 'Basic YTpi'],
  ['INVALID', 'no token', 'Bearer'],
  ['INVALID', 'something else', 'Bearer x.y.z'],
  ['INVALID', 'a very long header', `Bearer ${'x'.repeat(15_000)}`],
  ['EXPIRED', 'a token that has expired', `Bearer ${expired}`],
  ['ENDED', 'a token whose session was ended', `Bearer ${ended}`],
  ['ENDED', 'a token of an account that is disabled', `Bearer ${await disabledToken()}`],
  ['INVALID', 'an API token that never was', `Bearer sinergi_${'a'.repeat(43)}`],
  ['ENDED', 'an API token that was revoked', `Bearer ${await apiToken('revoke')}`],
  ['EXPIRED', 'an API token that has expired', `Bearer ${await apiToken('expire')}`],
];
const forged: [what: string, authorization: string][] = [expired, ended, good].flatMap((token, index) => {
  const claims = claimsOf(token);
  const name = ['an expired', 'an ended', 'a good'][index]!;
  return [
    [`${name} one without its signature`, `${head}.${encode(claims)}.`],
    [`${name} one by another secret`, signed(claims, 'x'.repeat(48))],
    [`${name} one with another's signature`, `${head}.${encode({ ...claims, x: 1 })}.${signature}`],
    [`${name} one for another hub`, signed({ ...claims, aud: 'elsewhere' })],
    [`${name} one whose jti is a list`, signed({ ...claims, jti: [claims['jti']], exp: 4e9 })],
    [`${name} one whose sub is a list`, signed({ ...claims, sub: [claims['sub']], exp: 4e9 })],
  ].map(([what, text]): [string, string] => [what!, `Bearer ${text}`]);
});

const query = '{ viewer { id } }';
const all: [string, string, string | undefined][] = [
  ...cases,
  ...forged.map(([what, text]): [string, string, string] => ['INVALID', what, text]),
];

describe.each(transports)('over %s', (transport) => {
  test.each(all)('%s: %s', async (reason, _, authorization) => {
    const asker = new Asker(hub.url, null, 'en', authorization);
    for (const asked of [query, '{ sectors { code } }', 'mutation { signOut { problems { message } } }']) {
      const { errors } = await asker.ask(transport, asked);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason } }]);
    }
  });
});

test('the words say what to do, in both languages', async () => {
  const ask = async (language: string, authorization: string) =>
    (await new Asker(hub.url, null, language).ask('http', query, { authorization })).errors![0]!.message;
  expect(await ask('en', `Bearer ${expired}`)).toBe('This token has expired; sign in again.');
  expect(await ask('id', `Bearer ${ended}`)).toContain('silakan masuk lagi');
});

describe('a feed that is open', () => {
  const feed = print(PledgeFeedDocument);

  async function opened(token: string) {
    const reader = await RawReader.open(hub.url, token);
    reader.subscribe(feed);
    const stream = await fetch(`${hub.url}/graphql/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: feed }),
    });
    await hub.feedsOpen(2);
    return { reader, stream };
  }

  async function expectEnd({ reader, stream }: Awaited<ReturnType<typeof opened>>, reason: string) {
    const { code, reason: said } = await reader.closed;
    expect([code, JSON.parse(said)]).toEqual([4401, { code: 'UNAUTHENTICATED', reason }]);
    const last = /^data: (.+)$/m.exec(await stream.text())![1]!;
    expect(JSON.parse(last)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED', reason } }],
    });
    await hub.feedsOpen(0);
  }

  test('ends with ENDED when its session is ended', async () => {
    const token = await hub.tokenOf(auditor);
    const feeds = await opened(token);
    await hub.database.sql('update sessions set ended_at = $2 where id = $1', [
      claimsOf(token)['jti'],
      hub.clock.now(),
    ]);
    await expectEnd(feeds, 'ENDED');
  });

  test('ends with EXPIRED when its time is over', async () => {
    const feeds = await opened(await hub.tokenOf(auditor, 60));
    await hub.clock.moveTo(new Date(hub.clock.now().getTime() + 60_000));
    await expectEnd(feeds, 'EXPIRED');
  });
});

describe('the typed client', () => {
  test('gets a fresh token once for all requests whose token has expired, and asks them again', async () => {
    let asked = 0;
    const freshToken = async () => {
      asked += 1;
      return hub.tokenOf(auditor);
    };
    const client = createSinergiClient({ url: hub.url, token: expired, freshToken });
    const answers = await Promise.all([1, 2, 3].map(() => client.request(SectorsDocument)));
    expect(answers.every(({ sectors }) => sectors.length > 0)).toBe(true);
    expect(asked).toBe(1);
  });

  test('tells why it was refused, and renews nothing that was ended', async () => {
    const freshToken = () => Promise.reject(new Error('nobody asked'));
    for (const [reason, token] of [
      ['ENDED', ended],
      ['INVALID', 'x.y.z'],
    ]) {
      const client = createSinergiClient({ url: hub.url, token, freshToken });
      await expect(client.request(SectorsDocument)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        reason,
      });
    }
  });
});

test('none of this was a fault of the hub', () => expect(hub.complaints).toEqual([]));
