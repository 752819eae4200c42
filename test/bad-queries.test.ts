import { expect, test } from '@jest/globals';
import {
  ClaimPreviewDocument,
  FeedDocument,
  NeedsDocument,
  VillageDocument,
  VillagesDocument,
} from '../client/operations.ts';
import { SinergiError } from '../client/sinergi-error.ts';
import { claim, publish } from './support/acts.ts';
import {
  BAD_AREA_CODES,
  BAD_CURSORS,
  BAD_PAGE_SIZES,
  cursorOf,
  HALF,
  LONG,
  noIds,
  nothingsId,
  NUL,
} from './support/bad-values.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const need = await publish(as.kader, { villageId: villages.cimarga.id });
const pledge = await claim(as.semen, need.id, 3);
await publish(as.kader, { villageId: villages.cimarga.id, title: 'Sumur bor' });
await hub.feedStamped();

const { needs } = await as.auditor.request(NeedsDocument, { first: 1 });
const needsCursor = needs.pageInfo.endCursor!;
const { villages: page } = await as.auditor.request(VillagesDocument, { first: 1 });
const villagesCursor = page.pageInfo.endCursor!;
const { feed } = await as.auditor.request(FeedDocument, { first: 1 });
const feedCursor = feed.pageInfo.endCursor!;

const ids = [need.id, pledge.id, villages.cimarga.id, partners.semen.id];
const idsBut = (prefix: string) => noIds(prefix, ids);
const BAD_FEED_CURSORS = [
  ...BAD_CURSORS,
  needsCursor,
  villagesCursor,
  cursorOf('feed:-1'),
  cursorOf('feed:1.5'),
  cursorOf('feed:x'),
  cursorOf('feed:'),
  cursorOf('feed: 1'),
  cursorOf('feed:0x1'),
  cursorOf('feed:1e1'),
  cursorOf(`feed:${2 ** 53}`),
];
const cursorsBut = (own: string) => [
  ...BAD_CURSORS,
  ...[needsCursor, villagesCursor, feedCursor].filter((one) => one !== own),
];
const lists = (prefix: string) => [
  ...idsBut(prefix).map((id) => [id]),
  Array.from({ length: 101 }, () => need.id),
];

/** Field, argument, GraphQL type of the argument, and values none of which can be meant. */
const rows: [field: string, argument: string, type: string, values: unknown[], selection: string][] = [
  ['node', 'id', 'ID!', [...noIds('node', []), nothingsId('account'), nothingsId('entry')], 'id'],
  ['need', 'id', 'ID!', idsBut('need'), 'id'],
  ['pledge', 'id', 'ID!', idsBut('pledge'), 'id'],
  ['village', 'id', 'ID', idsBut('village'), 'id'],
  ['partner', 'id', 'ID', idsBut('partner'), 'id'],
  ['area', 'code', 'String!', BAD_AREA_CODES, 'id'],
  ['villages', 'areaCode', 'String', BAD_AREA_CODES, 'totalCount'],
  ['villages', 'first', 'Int', BAD_PAGE_SIZES, 'nodes { id }'],
  ['villages', 'after', 'Cursor', cursorsBut(villagesCursor), 'nodes { id }'],
  ['needs', 'areaCode', 'String', BAD_AREA_CODES, 'totalCount'],
  ['needs', 'first', 'Int', BAD_PAGE_SIZES, 'nodes { id }'],
  ['needs', 'after', 'Cursor', cursorsBut(needsCursor), 'nodes { id }'],
  ['partners', 'first', 'Int', BAD_PAGE_SIZES, 'nodes { id }'],
  ['partners', 'after', 'Cursor', [...BAD_CURSORS, needsCursor, feedCursor], 'nodes { id }'],
  ['pledges', 'areaCode', 'String', BAD_AREA_CODES, 'totalCount'],
  ['pledges', 'partnerId', 'ID', idsBut('partner'), 'totalCount'],
  ['pledges', 'first', 'Int', BAD_PAGE_SIZES, 'nodes { id }'],
  ['pledges', 'after', 'Cursor', [...BAD_CURSORS, needsCursor, feedCursor], 'nodes { id }'],
  ['policy', 'areaCode', 'String', BAD_AREA_CODES, 'id'],
  ['policies', 'areaCode', 'String', BAD_AREA_CODES, 'totalCount'],
  ['policies', 'first', 'Int', BAD_PAGE_SIZES, 'nodes { id }'],
  [
    'policies',
    'after',
    'Cursor',
    [...BAD_CURSORS, needsCursor, cursorOf('policies:x'), cursorOf('policies:1.5')],
    'nodes { id }',
  ],
  ['reciprocity', 'areaCode', 'String', BAD_AREA_CODES, 'bilateral'],
  ['suggestedNeeds', 'partnerId', 'ID', [...idsBut('partner'), nothingsId('partner')], 'nodes { id }'],
  ['feed', 'first', 'Int', BAD_PAGE_SIZES, 'nodes { kind }'],
  ['feed', 'after', 'Cursor', BAD_FEED_CURSORS, 'nodes { kind }'],
];

async function errorOf(act: Promise<unknown>): Promise<SinergiError> {
  const error = await act.then(
    (answer) => new Error(`it was answered: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof SinergiError)) throw error;
  return error;
}

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 60);
const argumentOf = ({ errors: [error] }: SinergiError) => error?.extensions?.['argument'];

test.each(rows)(
  '%s(%s:) names its argument when it is wrong',
  async (field, argument, type, values, selection) => {
    const document = gql(`query ($value: ${type}) { ${field}(${argument}: $value) { ${selection} } }`);
    const surprises: string[] = [];
    for (const value of values) {
      const answer = await as.admin.request(document, { value }).then(
        () => 'an answer',
        (error: SinergiError) => error,
      );
      const isNamed =
        answer instanceof SinergiError && answer.code === 'BAD_USER_INPUT' && argumentOf(answer) === argument;
      if (!isNamed) surprises.push(`${shown(value)} → ${String(answer).slice(0, 200)}`);
    }
    expect(surprises).toEqual([]);
  },
);

test.each([
  ['areaCode', BAD_AREA_CODES],
  ['villageIds', lists('village')],
  ['needIds', lists('need')],
  ['partnerIds', lists('partner')],
  ['sectors', [Array.from({ length: 101 }, () => 'sanitation')]],
])('feed(filter:) names %s when it is wrong', async (field, values) => {
  for (const value of values) {
    const error = await errorOf(as.auditor.request(FeedDocument, { filter: { [field]: value } }));
    expect([error.code, argumentOf(error)]).toEqual(['BAD_USER_INPUT', `filter.${field}`]);
  }
});

test('a code is given or an id, never both and never neither', async () => {
  for (const field of ['village', 'partner']) {
    for (const given of ['', `(id: "${villages.cimarga.id}", code: "x")`]) {
      const error = await errorOf(as.auditor.request(gql(`{ ${field}${given} { id } }`)));
      expect([error.code, argumentOf(error)]).toEqual(['BAD_USER_INPUT', 'id']);
    }
  }
});

test('a nested list names its argument when it is wrong', async () => {
  for (const [list, argument] of [
    ['needs(first: 0)', 'first'],
    ['pledges(first: 101)', 'first'],
    [`needs(after: "${feedCursor}")`, 'after'],
  ]) {
    const error = await errorOf(
      as.auditor.request(gql(`{ villages { nodes { ${list} { nodes { id } } } } }`)),
    );
    expect([error.code, argumentOf(error)]).toEqual(['BAD_USER_INPUT', argument]);
  }
});

test('the lists of the balance have bounds of their own', async () => {
  const listsOf = (first: number) => [
    `suggestedNeeds(partnerId: "${partners.semen.id}", first: ${first}) { nodes { id } }`,
    `partner(id: "${partners.semen.id}") { balance { counterparts(first: ${first}) { net } } }`,
  ];
  const reportsOf = (first: number) => [
    `reciprocity { flows(first: ${first}) { posted } }`,
    `reciprocity { balances(first: ${first}) { partner { id } } }`,
  ];
  for (const list of [...listsOf(1), ...listsOf(100), ...reportsOf(1), ...reportsOf(1000)]) {
    await as.auditor.request(gql(`{ ${list} }`));
  }
  for (const list of [...listsOf(0), ...listsOf(101), ...reportsOf(0), ...reportsOf(1001)]) {
    const error = await errorOf(as.auditor.request(gql(`{ ${list} }`)));
    expect([error.code, argumentOf(error)]).toEqual(['BAD_USER_INPUT', 'first']);
  }
});

test('claimPreview names what is wrong in its input', async () => {
  const preview = (input: object) =>
    errorOf(
      as.admin.request(ClaimPreviewDocument, {
        input: { needId: need.id, quantity: 1, partnerId: partners.semen.id, ...input },
      }),
    );
  for (const needId of [...idsBut('need'), nothingsId('need')]) {
    expect(argumentOf(await preview({ needId }))).toBe('input.needId');
  }
  for (const quantity of [0, -1, 2 ** 31, 1.5, '3', null]) {
    expect(argumentOf(await preview({ quantity }))).toBe('input.quantity');
  }
  for (const partnerId of [...idsBut('partner'), nothingsId('partner')]) {
    expect(argumentOf(await preview({ partnerId }))).toBe('input.partnerId');
  }
});

test('codes and words that nothing has find nothing', async () => {
  for (const nothing of ['', 'unknown', NUL, HALF, LONG]) {
    const { village } = await as.auditor.request(VillageDocument, { code: nothing });
    expect(village).toBeNull();
    const found = await as.auditor.request(
      gql<Record<string, { totalCount: number }>>(`query ($code: String!) {
        needs(sector: [$code]) { totalCount } partners(cluster: [$code]) { totalCount }
      }`),
      { code: nothing },
    );
    expect(found).toEqual({ needs: { totalCount: 0 }, partners: { totalCount: 0 } });
    const told = await as.auditor.request(FeedDocument, { filter: { sectors: [nothing] } });
    expect(told.feed.nodes).toEqual([]);
  }
  for (const search of ['zzz', 'xyz '.repeat(25_000), NUL, `"; drop table needs; --`]) {
    await as.auditor.request(NeedsDocument, { search });
    await as.auditor.request(VillagesDocument, { search });
  }
});

test.each([
  ['pledgeFeed(after: "abc") { kind }', 'after'],
  ['pledgeFeed(after: "bmVlZHM6bmVlZF8wMW04ODc") { kind }', 'after'],
  ['pledgeFeed(after: "ZmVlZDoxMDAwMDAw") { kind }', 'after'],
  ['pledgeFeed(filter: { areaCode: "x" }) { kind }', 'filter.areaCode'],
  ['villageBoard(villageId: "abc") { id }', 'villageId'],
  ['villageBoard(villageId: "village_01jd3m5a8zf6wvqk2x7r9c4b1e") { id }', 'villageId'],
  ['balanceChanged(partnerId: "abc") { net }', 'partnerId'],
  ['balanceChanged(partnerId: "partner_01jd3m5a8zf6wvqk2x7r9c4b1e") { net }', 'partnerId'],
])('the subscription %s names its argument and opens nothing', async (field, argument) => {
  const error = await errorOf(take(as.auditor.subscribe(gql(`subscription { ${field} }`), {}), 1));
  expect([error.code, argumentOf(error)]).toEqual(['BAD_USER_INPUT', argument]);
  expect(hub.services.live.readerCount).toBe(0);
});

test('a document that is none, asks for what there is not, or is too long is refused in words', async () => {
  const post = async (body: string) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await hub.tokenOf(nothingsId('account'))}`,
    };
    const response = await fetch(`${hub.url}/graphql`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };
  expect(await post('{')).toMatchObject({ status: 400 });
  expect(await post(JSON.stringify({ query: '{' }))).toMatchObject({
    status: 400,
    text: expect.stringContaining('GRAPHQL_PARSE_FAILED'),
  });
  expect(await post(JSON.stringify({ query: '{ nothing }' }))).toMatchObject({
    status: 400,
    text: expect.stringContaining('GRAPHQL_VALIDATION_FAILED'),
  });
  // No operation has the name, or several could be meant.
  for (const other of ['B', undefined]) {
    const query = 'query A { clusters { code } } query C { sectors { code } }';
    expect(await post(JSON.stringify({ query, operationName: other }))).toMatchObject({
      status: 400,
      text: expect.stringContaining('OPERATION_RESOLUTION_FAILURE'),
    });
  }
  expect(await post(JSON.stringify({ query: `{ ${'viewer { id } '.repeat(2000)} }` }))).toMatchObject({
    status: 400,
    text: expect.stringContaining('token'),
  });
  expect(
    await post(JSON.stringify({ query: '{ clusters { code } }', pad: 'x'.repeat(1_100_000) })),
  ).toMatchObject({ status: 413 });
});

test('none of this was a fault to the hub; what is its own fault is told by an id only, over HTTP and WebSocket', async () => {
  expect(hub.complaints).toEqual([]);
  await hub.database.sql('alter table clusters rename column colour to hidden');
  const query = gql('{ clusters { code colour } }');
  const overHttp = await errorOf(as.auditor.request(query));
  const overSocket = await errorOf(take(as.auditor.subscribe(query), 1));
  await hub.database.sql('alter table clusters rename column hidden to colour');
  for (const { code, message } of [overHttp, overSocket]) {
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    expect(message).toMatch(/^Something went wrong on our side; quote [0-9a-f-]{36} /);
  }
  await until(() => hub.complaints.length === 2, 'two lines in the log');
});
