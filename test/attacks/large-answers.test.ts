// Answers that are large by what they hold, asked of a hub in a process of its own with 256 MB for its objects.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ENTRIES } from '../../src/kernel/bounds.ts';
import { CLUSTERS, SECTORS } from '../../src/seed/demo/clusters.ts';
import { readAreas } from '../../src/seed/area-source.ts';
import { claim, commit, publish, report } from '../support/acts.ts';
import { type Answer, Asker, transports } from '../support/asker.ts';
import { ChildHub } from '../support/child-hub.ts';
import { TOKEN_SECRET } from '../support/session-token.ts';
import { RawReader } from '../faults/raw-reader.ts';
import { testHub } from '../support/test-hub.ts';
import { until } from '../support/until.ts';
import { buildWorld } from '../support/world.ts';

const MAX_BYTES = 8_388_608;
/** The heap of the child, its code, and what was not collected yet. */
const MAX_RESIDENT_KB = 700_000;
const NEEDS = 100;

const setUp = await testHub({ environment: { MAX_ANSWER_BYTES: '65536' } });
const { as, accounts, villages } = await buildWorld(setUp);
const emoji = '🙂'.repeat(5000);
const needs: string[] = [];
for (let index = 0; index < NEEDS; index += 1) {
  const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 100, description: emoji });
  needs.push(need.id);
}
const pledge = await claim(as.semen, needs[0]!, 100);
await commit(as.semen, pledge.id, setUp.clock.date(9));
for (let index = 0; index < 100; index += 1) await report(as.semen, pledge.id, 1, setUp.clock.date());
const token = await setUp.tokenOf(accounts.auditor);

const child = new ChildHub('main.js', {
  DATABASE_URL: setUp.database.url,
  TOKEN_SECRET,
  PORT: '0',
  NODE_OPTIONS: '--max-old-space-size=256',
});
let asker: Asker;
let url: string;
beforeAll(async () => {
  await child.printed('Stop it with Ctrl-C.');
  url = /http:\/\/127\.0\.0\.1:\d+(?=\/graphql)/.exec(child.output)![0];
  asker = new Asker(url, token);
}, 180_000);
afterAll(() => child.kill('SIGTERM'));

async function residentKb(): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]);
}

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const deliveries = (levels: number): string =>
  levels === 0
    ? 'id quantity status'
    : `deliveries(first: 100) { nodes { pledge { ${deliveries(levels - 1)} } } }`;
const board = (first: number, fields: string) =>
  `village(code: "36.02.11.2005") { needs(first: ${first}) { nodes { ${fields} } } }`;
const descriptions = (count: number) => times(count, (index) => `d${index}: description`);

/** Refused before anything is made. */
const uncounted: [name: string, query: string][] = [
  ['pledges in deliveries, three times', `{ pledge(id: "${pledge.id}") { ${deliveries(3)} } }`],
  ['fifty descriptions of a hundred needs', `{ ${board(100, descriptions(50))} }`],
  [
    'a board of sixty descriptions',
    `subscription { villageBoard(villageId: "${villages.cimarga.id}") { needs(first: 100) { nodes { ${descriptions(60)} } } } }`,
  ],
  ['names of 101 characters', `{ clusters { ${'a'.repeat(101)}: code } }`],
];
/** Accepted by their count, and larger than an answer may be. */
const grown: [name: string, query: string][] = [
  ['ten descriptions of a hundred needs', `{ ${board(100, descriptions(10))} }`],
  [
    'needs in needs, with a description',
    `{ ${board(17, `village { needs(first: 100) { nodes { description } } }`)} }`,
  ],
];
/** Accepted, and answered: what they read is more than what they show. */
const answered: [name: string, query: string][] = [
  ['pledges in deliveries, twice', `{ pledge(id: "${pledge.id}") { ${deliveries(2)} } }`],
  [
    'sixty pages of needs',
    `{ ${times(60, (index) => `a${index}: needs(first: 100, areaCode: "36") { nodes { id } }`)} }`,
  ],
  [
    'sixty pages of the feed',
    `{ ${times(60, (index) => `a${index}: feed(first: 100, latest: true) { nodes { kind } }`)} }`,
  ],
];

async function byGet(query: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'accept-language': 'en' };
  const response = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers });
  const answer = (await response.json()) as Answer;
  return { ...answer, status: response.status, headers: response.headers };
}

/** By a plan, by the resolvers, over a WebSocket and as a stream. */
const ways: [name: string, ask: (query: string) => Promise<Answer>][] = [
  ['http', (query) => asker.ask('http', query)],
  ['http, with extensions', (query) => asker.ask('http', { query, extensions: { x: 1 } })],
  ['GET', byGet],
  ['websocket', (query) => asker.ask('websocket', query)],
  ['stream', (query) => asker.ask('stream', query)],
];

async function lives(): Promise<void> {
  const { status, errors } = await asker.ask('http', '{ clusters { code } }');
  expect([status, errors]).toEqual([200, undefined]);
  expect(await residentKb()).toBeLessThan(MAX_RESIDENT_KB);
}

test.each(uncounted)('%s are refused by their count on every way', async (_, query) => {
  for (const transport of transports) {
    const { errors } = await asker.ask(transport, query);
    expect([transport, errors?.[0]!.extensions['code']]).toEqual([
      transport,
      expect.stringMatching(/^(ANSWER|OPERATION)_TOO_LARGE$|^BAD_REQUEST$/),
    ]);
  }
  await lives();
});

test.each(grown)('%s end by their bytes on every way, and the hub lives', async (_, query) => {
  for (const [way, ask] of ways) {
    const { data, errors } = await ask(query);
    expect([way, data ?? null, errors]).toEqual([
      way,
      null,
      [
        expect.objectContaining({
          extensions: { code: 'ANSWER_TOO_LARGE', limit: 'answerBytes', max: MAX_BYTES },
        }),
      ],
    ]);
    await lives();
  }
});

test.each(answered)('%s are answered on every way, and the hub lives', async (_, query) => {
  for (const [way, ask] of ways) {
    const { errors } = await ask(query);
    expect([way, errors]).toEqual([way, undefined]);
    await lives();
  }
});

test('an event that is too large is an error of that event alone, also once it is projected', async () => {
  const reader = await RawReader.open(setUp.url, await setUp.tokenOf(accounts.auditor));
  const feed = reader.subscribe(`subscription { pledgeFeed { kind need { title ${descriptions(4)} } } }`);
  const state = reader.subscribe(
    `subscription { villageBoard(villageId: "${villages.cimarga.id}") { needs(first: 4) { nodes { description } } } }`,
  );
  const resultsOf = (of: string) =>
    reader.messages.filter(({ id, type }) => type === 'next' && id === of).map(({ payload }) => payload);
  await until(() => resultsOf(state).length > 0, 'the first state');
  const tooLarge = {
    errors: [{ extensions: { code: 'ANSWER_TOO_LARGE', limit: 'answerBytes', max: 65_536 } }],
  };
  expect(resultsOf(state)[0]).toMatchObject(tooLarge);
  const need = { villageId: villages.tunjungTeja.id };
  for (let index = 0; index < 3; index += 1) {
    await publish(as.kaderTunjungTeja, { ...need, description: emoji });
  }
  await publish(as.kaderTunjungTeja, { ...need, title: 'Sumur dangkal', description: 'pendek' });
  await until(() => resultsOf(feed).length >= 4, 'four events');
  const [first, second, third, last] = resultsOf(feed);
  for (const event of [first, second, third]) expect(event).toMatchObject(tooLarge);
  expect(last).toMatchObject({ data: { pledgeFeed: { need: { title: 'Sumur dangkal', d3: 'pendek' } } } });
  reader.socket.close();
  await reader.closed;
});

test('clusters, sectors and the areas of the country are no more than answers count for them', async () => {
  const children = new Map<string, number>();
  for await (const batch of readAreas({})) {
    for (const { parentCode } of batch) {
      if (parentCode !== null) children.set(parentCode, (children.get(parentCode) ?? 0) + 1);
    }
  }
  expect(Math.max(...children.values())).toBeLessThanOrEqual(ENTRIES.children);
  expect(CLUSTERS.length).toBeLessThanOrEqual(ENTRIES.clusters);
  expect(SECTORS.length).toBeLessThanOrEqual(ENTRIES.sectors);
});
