import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { followFeed } from '../client/follow-feed.ts';
import { FeedDocument, SectorsDocument, ViewerDocument } from '../client/operations.ts';
import { IssuerKeys, IssuerUnavailable } from '../src/identity/issuer-keys.ts';
import { IssuerTokens } from '../src/identity/issuer-tokens.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/platform/logger.ts';
import { cancel, publish } from './support/acts.ts';
import { Asker, transports } from './support/asker.ts';
import { RawReader } from './faults/raw-reader.ts';
import { WallClock } from './support/test-clock.ts';
import { testHub } from './support/test-hub.ts';
import { type Algorithm, TestIssuer, testIssuer } from './support/test-issuer.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const clock = new WallClock();
await clock.stop();
const issuer = await testIssuer(clock);
const isDown: TestIssuer['instead'] = (request) => {
  request.socket.destroy();
  return true;
};
issuer.instead = isDown;
const hub = await testHub({ environment: issuer.environment(), clock, publicRead: true });
const another = await testHub({ database: hub.database, environment: issuer.environment(), clock });
const { as, villages } = await buildWorld(hub);

/** An issuer of its own, and what reads its tokens, at a time that a test moves. */
async function reading(alg: Algorithm = 'ES256') {
  const time = new WallClock();
  await time.stop();
  const provider = await TestIssuer.start(time, alg);
  const settings = readConfig(provider.environment()).issuer!;
  const tokens = new IssuerTokens(settings, new IssuerKeys(provider.url, createLogger('silent')));
  return {
    provider,
    time,
    later: (seconds: number) => time.later(seconds),
    read: async (token: string) => {
      const read = await tokens.read(token, time.now());
      return typeof read === 'string' ? null : read.subject;
    },
    [Symbol.asyncDispose]: () => provider.stop(),
  };
}

const MINUTE = 60;

describe('keys', () => {
  test.each<Algorithm>(['RS256', 'PS256', 'ES256', 'EdDSA'])('of %s are taken', async (alg) => {
    await using reader = await reading(alg);
    const { provider, read, time } = reader;
    await time.goOn();
    expect(await read((await provider.signIn('budi', {})).accessToken)).toBe('budi');
  });

  test('are asked for once, whoever comes at the same time, and not again while they are fresh', async () => {
    await using reader = await reading();
    const { provider, read, later } = reader;
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => provider.tokenOf(`subject-${n}`)));
    expect(new Set(await Promise.all(tokens.map(read))).size).toBe(20);
    await later(10 * MINUTE - 1);
    await Promise.all(tokens.map(read));
    expect(provider.keysAsked).toBe(1);
    await later(1);
    await Promise.all(tokens.map(read));
    expect(provider.keysAsked).toBe(2);
  });

  test('that are new are found without a restart, and those that were removed are worth nothing', async () => {
    await using reader = await reading();
    const { provider, read, later } = reader;
    const old = await provider.tokenOf('old');
    expect(await read(old)).toBe('old');
    await provider.rotate('ES256');
    await later(30);
    const newer = await provider.tokenOf('new');
    expect([await read(newer), await read(old)]).toEqual(['new', 'old']);
    await provider.rotate('ES256', { removeFormer: true });
    expect(await read(old)).toBe('old');
    await later(10 * MINUTE);
    const newest = await provider.tokenOf('newest');
    expect([await read(newest), await read(old)]).toEqual(['newest', null]);
    // Their names are no reason to ask again and again.
    expect(provider.keysAsked).toBe(3);
  });

  test('that are invented are looked for at most once in half a minute', async () => {
    await using reader = await reading();
    const { provider, read, later } = reader;
    expect(await read(await provider.tokenOf('budi'))).toBe('budi');
    const invented = await Promise.all(
      Array.from({ length: 50 }, (_, n) => provider.sign({ sub: 'budi' }, { kid: `invented-${n}` })),
    );
    const flood = async () => expect(new Set(await Promise.all(invented.map(read)))).toEqual(new Set([null]));
    await flood();
    expect(provider.keysAsked).toBe(1);
    await later(30);
    await flood();
    await flood();
    expect(provider.keysAsked).toBe(2);
  });

  test('are used for an hour when newer ones cannot be had, and then nobody is let in until they can', async () => {
    await using reader = await reading();
    const { provider, read, later } = reader;
    const token = await provider.tokenOf('budi', {
      exp: Math.floor(reader.time.now().getTime() / 1000) + 86_400,
    });
    expect(await read(token)).toBe('budi');
    let asked = 0;
    provider.instead = (_, response) => {
      asked += 1;
      response.writeHead(503).end();
      return true;
    };
    await later(10 * MINUTE);
    for (const attempts of [1, 1, 2]) {
      expect(await read(token)).toBe('budi');
      expect(asked).toBe(attempts);
      await later(attempts === 1 ? 5 : 0);
    }
    await later(50 * MINUTE);
    await expect(read(token)).rejects.toThrow(IssuerUnavailable);
    provider.instead = null;
    await expect(read(token)).rejects.toThrow(IssuerUnavailable);
    await later(10);
    expect(await read(token)).toBe('budi');
  });

  const json = (response: ServerResponse, value: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  test.each<[what: string, path: string, answer: (response: ServerResponse, issuer: TestIssuer) => unknown]>([
    ['nothing at all', '/.well-known/openid-configuration', (response) => response.destroy()],
    ['no JSON', '/.well-known/openid-configuration', (response) => response.end('<html>')],
    ['null', '/.well-known/openid-configuration', (response) => json(response, null)],
    [
      'the configuration of another issuer',
      '/.well-known/openid-configuration',
      (response, { url }) => json(response, { issuer: `${url}/`, jwks_uri: `${url}/jwks` }),
    ],
    [
      'a configuration whose keys are no address',
      '/.well-known/openid-configuration',
      (response, { url }) => json(response, { issuer: url, jwks_uri: 'file:///etc/passwd' }),
    ],
    [
      'a way elsewhere',
      '/.well-known/openid-configuration',
      (response, { url }) =>
        response.writeHead(302, { location: `${url}/.well-known/openid-configuration?moved` }).end(),
    ],
    ['no keys', '/jwks', (response) => json(response, {})],
    [
      'more keys than anybody has',
      '/jwks',
      (response) => json(response, { keys: [], x: 'x'.repeat(300_000) }),
    ],
    ['keys that never end', '/jwks', (response) => response.writeHead(200).write('{"keys":[')],
    ['no answer', '/jwks', () => undefined],
  ])('cannot be had from an issuer that answers %s', async (_, path, answer) => {
    await using reader = await reading();
    const { provider, read, later } = reader;
    provider.instead = ({ url }, response) => {
      if (url !== path) return false;
      answer(response, provider);
      return true;
    };
    const token = await provider.tokenOf('budi');
    const answers = await Promise.allSettled([read(token), read(token)]);
    for (const one of answers) {
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(IssuerUnavailable) });
    }
    provider.instead = null;
    await later(10);
    expect(await read(token)).toBe('budi');
  });
});

describe('a hub whose issuer is down', () => {
  test('starts, serves its own accounts and the public, and tells the issuer’s people to come again', async () => {
    const token = await issuer.tokenOf('budi', { groups: ['auditors'] });
    expect((await as.admin.request(ViewerDocument)).viewer).toMatchObject({ roles: ['ADMIN'] });
    await hub.clientWith(token).request(SectorsDocument);
    for (const transport of transports) {
      const { errors } = await new Asker(hub.url, token).ask(transport, '{ sessions { id } }');
      expect(errors).toMatchObject([
        { extensions: { code: 'SERVICE_UNAVAILABLE' }, message: expect.stringContaining('half a minute') },
      ]);
    }
    const early = await RawReader.open(hub.url, token);
    issuer.instead = null;
    await clock.later(10);
    expect((await hub.clientWith(token).request(ViewerDocument)).viewer).toMatchObject({
      roles: ['AUDITOR'],
    });
    // It was opened for nobody, and would not be ended with the session.
    early.subscribe('subscription { pledgeFeed { cursor } }');
    expect((await early.closed).code).toBe(4403);
    expect(hub.complaints.splice(0)).toEqual([
      expect.stringContaining('keys of the issuer could not be loaded'),
    ]);
  });

  test('lets whoever follows the feed come again until it is there', async () => {
    issuer.instead = isDown;
    const { id } = await publish(as.kader, { villageId: villages.cimarga.id });
    await hub.feedStamped();
    const { endCursor } = (await as.kader.request(FeedDocument, {})).feed.pageInfo;
    const client = another.clientWith(await issuer.tokenOf('siti', { groups: ['auditors'] }));
    const lost: string[] = [];
    const events = followFeed(client, {
      after: endCursor,
      retryMs: 10,
      maxRetryMs: 20,
      onLost: ({ code }) => lost.push(code),
    });
    const next = events.next();
    await until(() => lost.length > 2, 'a follower that comes again');
    expect(new Set(lost)).toEqual(new Set(['SERVICE_UNAVAILABLE']));
    issuer.instead = null;
    await clock.later(10);
    await cancel(as.kader, id);
    expect(await next).toMatchObject({
      done: false,
      value: { kind: 'NEED_CANCELLED', need: { needId: id } },
    });
    await events.return();
    expect(another.complaints.splice(0)).toHaveLength(1);
  });
});
