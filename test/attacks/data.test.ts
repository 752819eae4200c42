import { expect, test } from '@jest/globals';
import { ClaimNeedDocument } from '../../client/operations.ts';
import { claim, draft, publish, refused } from '../support/acts.ts';
import { cursorOf, nothingsId } from '../support/bad-values.ts';
import { gql } from '../support/query.ts';
import type { Person } from '../support/world.ts';
import { AttackedHub } from './attacked-hub.ts';

/** Ways to data that is somebody else's: injection, other people's ids, cursors and keys, fields that are not to be set. */
const target = await AttackedHub.start();
const { hub, world, need, pledge } = target;
const { as, villages, partners } = world;
const hidden = await draft(as.kader, { villageId: villages.cimarga.id, title: 'Rahasia desa' });
const absent = nothingsId('need');

const INJECTIONS = [
  `' or 1=1 --`,
  `'; drop table needs; --`,
  `') union select email, password_hash from accounts --`,
  `%`,
  `_`,
  `\\`,
  `%' or '%'='`,
  `$1`,
  `' || pg_sleep(5) || '`,
  `jamban':* | !'x`,
  `jamban & (`,
  `<-> :*A`,
  `{"$ne": null}`,
  `$.** ? (@ == "x")`,
  `\u0000`,
  `"__proto__"`,
];

/** By where a text goes: a query with the variable `text`, and the count that a text without meaning finds. */
const doors: [door: string, query: string][] = [
  ['the search of needs', 'query ($text: String) { needs(search: $text) { totalCount nodes { id } } }'],
  ['the search of villages', 'query ($text: String) { villages(search: $text) { totalCount nodes { id } } }'],
  ['a sector', 'query ($text: String!) { needs(sector: [$text]) { totalCount nodes { id } } }'],
  ['a cluster', 'query ($text: String!) { partners(cluster: [$text]) { totalCount nodes { id } } }'],
  [
    'the sectors of the feed',
    'query ($text: String!) { feed(filter: { sectors: [$text] }) { nodes { kind } } }',
  ],
  ['a code', 'query ($text: String!) { village(code: $text) { id } partner(code: $text) { id } }'],
  ['an area', 'query ($text: String!) { needs(areaCode: $text) { totalCount } }'],
  ['an id', 'query ($text: ID!) { node(id: $text) { id } }'],
  ['a cursor', 'query ($text: Cursor) { needs(after: $text) { totalCount } }'],
];

test.each(doors)('%s takes every text as a text', async (_, query) => {
  const before = await hub.contents();
  for (const text of [...INJECTIONS, ...INJECTIONS.map((one) => cursorOf(`needs:${one}`))]) {
    const answer = await target.survives(() => target.ask(query, { text }));
    expect([text, answer.status, answer.text]).toEqual([
      text,
      expect.any(Number),
      expect.not.stringMatching(/INTERNAL_SERVER_ERROR|syntax|select |password|\$argon/i),
    ]);
    expect([200, 400]).toContain(answer.status);
  }
  expect(await hub.contents()).toEqual(before);
});

test('a sign of LIKE or of a search query finds no more than its letters do', async () => {
  const counted = gql<{ needs: { totalCount: number } }>(
    'query ($text: String) { needs(search: $text) { totalCount } }',
  );
  const count = async (text: string) => (await as.auditor.request(counted, { text })).needs.totalCount;
  const nothing = await count('zzzz');
  for (const text of ['zzzz%', 'z_z', "zzzz':* | 'jamban", 'zzzz | jamban', 'zzzz <-> !x']) {
    expect([text, await count(text)]).toEqual([text, nothing]);
  }
});

/** A hidden need and one that is not there, through every door at which an id is taken. */
const oracles: [door: string, by: Person, query: string][] = [
  ['node', 'semen', '{ node(id: "ID") { id } }'],
  ['need', 'semen', '{ need(id: "ID") { id title } }'],
  ['a filter of the feed', 'semen', '{ feed(filter: { needIds: ["ID"] }) { nodes { kind } } }'],
  ['a preview', 'semen', '{ claimPreview(input: { needId: "ID", quantity: 1 }) { outcome } }'],
  [
    'a claim',
    'semen',
    'mutation { claimNeed(input: { needId: "ID", quantity: 1, idempotencyKey: "o" }) { pledge { id } problems { __typename message path } } }',
  ],
  [
    'a claim of too much',
    'semen',
    'mutation { claimNeed(input: { needId: "ID", quantity: 2147483647, idempotencyKey: "p" }) { pledge { id } problems { __typename message path } } }',
  ],
  [
    'an update',
    'kaderTunjungTeja',
    'mutation { updateNeed(input: { needId: "ID", version: 1, title: "Milikku" }) { need { id } problems { __typename message path } } }',
  ],
  [
    'a stale update',
    'kaderTunjungTeja',
    'mutation { updateNeed(input: { needId: "ID", version: 99, title: "Milikku" }) { need { id } problems { __typename message path } } }',
  ],
  [
    'a cancellation',
    'kaderTunjungTeja',
    'mutation { cancelNeed(input: { needId: "ID", reason: "x" }) { need { id } problems { __typename message path } } }',
  ],
  [
    'a publication',
    'kaderTunjungTeja',
    'mutation { publishDraft(input: { needId: "ID", version: 1 }) { need { id } problems { __typename message path } } }',
  ],
];

test.each(oracles)('%s answers the same for a hidden need and for none', async (_, by, query) => {
  const answerOf = async (id: string) => {
    const { status, text } = await target.survives(() => target.ask(query.replace('ID', id), {}, by));
    return [status, text.replaceAll(id, 'ID')];
  };
  expect(await answerOf(hidden.id)).toEqual(await answerOf(absent));
});

/** Fields that an input does not have, since the hub sets them itself. */
const masses: [field: string, value: unknown][] = [
  ['partnerId', partners.kodim.id],
  ['status', 'COMMITTED'],
  ['role', 'ADMIN'],
  ['roles', ['ADMIN']],
  ['policyId', nothingsId('policy')],
  ['verified', 3],
  ['unitValue', 1],
  ['id', nothingsId('pledge')],
  ['createdAt', '2020-01-01T00:00:00Z'],
  ['constructor', {}],
];

test.each(masses)('a claim takes no %s', async (field, value) => {
  const before = await hub.contents();
  const input = { needId: need.id, quantity: 1, idempotencyKey: `mass-${field}`, [field]: value };
  const query = 'mutation ($input: ClaimNeedInput!) { claimNeed(input: $input) { pledge { id } } }';
  const answer = await target.survives(() => target.ask(query, { input }, 'semen'));
  expect(answer).toEqual({
    status: 400,
    text: expect.stringMatching(new RegExp(`"argument":"input.${field}"`)),
  });
  expect(await hub.contents()).toEqual(before);
});

test('a cursor of one list, of one place that is not there, or with a bit turned leads nowhere else', async () => {
  const { needs } = await as.auditor.request(
    gql<{ needs: { pageInfo: { endCursor: string } } }>('{ needs(first: 1) { pageInfo { endCursor } } }'),
  );
  const cursor = needs.pageInfo.endCursor;
  const place = Buffer.from(cursor, 'base64url').toString();
  const tampered = [
    cursor.toUpperCase(),
    `${cursor}A`,
    cursor.slice(0, -2),
    cursorOf(place.replace('needs', 'pledges')),
    cursorOf(`needs:${villages.cimarga.id}`),
    cursorOf("needs:' or true --"),
    cursorOf(`${place}\u0000`),
  ];
  for (const after of tampered) {
    const query = 'query ($after: Cursor) { needs(after: $after) { nodes { id title } } }';
    const { text } = await target.survives(() => target.ask(query, { after }, 'semen'));
    expect([after, text]).toEqual([after, expect.not.stringMatching(/INTERNAL|Rahasia/)]);
  }
});

test('a cursor at a hidden need shows nothing of it', async () => {
  const query = 'query ($after: Cursor) { needs(after: $after) { nodes { id title } } }';
  const at = (id: string) => target.ask(query, { after: cursorOf(`needs:${id}`) }, 'semen');
  const { text } = await target.survives(() => at(hidden.id));
  expect(text).not.toContain('Rahasia');
});

test('the key of another partner is one’s own key, and tells nothing of the other’s pledge', async () => {
  const idempotencyKey = 'kunci-bersama';
  const theirs = await claim(as.semen, need.id, 2, { idempotencyKey, note: 'rahasia' });
  const own = await claim(as.kodim, need.id, 1, { idempotencyKey });
  expect(own.id).not.toBe(theirs.id);
  const { claimNeed } = await as.kodim.request(ClaimNeedDocument, {
    input: { needId: need.id, quantity: 2, idempotencyKey, note: 'rahasia' },
  });
  expect(claimNeed).toMatchObject({ pledge: null, problems: [{ __typename: 'IdempotencyConflict' }] });
  expect(JSON.stringify(claimNeed)).not.toContain(theirs.id);
});

test('another partner’s pledge is not withdrawn, nor another village’s need cancelled', async () => {
  const withdraw = `mutation { withdrawPledge(input: { pledgeId: "${pledge.id}", reason: "x" }) { pledge { id } problems { __typename } } }`;
  const before = await hub.contents();
  const { text } = await target.survives(() => target.ask(withdraw, {}, 'kodim'));
  expect(text).toContain('"pledge":null');
  const cancel = `mutation { cancelNeed(input: { needId: "${need.id}", reason: "x" }) { need { id } problems { __typename } } }`;
  expect((await target.survives(() => target.ask(cancel, {}, 'kaderTunjungTeja'))).text).toContain(
    '"need":null',
  );
  const after = await hub.contents();
  expect([after['pledges'], after['needs'], after['ledger_entries']]).toEqual([
    before['pledges'],
    before['needs'],
    before['ledger_entries'],
  ]);
});

test('numbers at their bounds are taken or refused by name, and never overflow', async () => {
  const villageId = villages.koroncong.id;
  for (const [unitValue, quantity] of [
    [Number.MAX_SAFE_INTEGER, 1],
    [Number.MAX_SAFE_INTEGER, 2 ** 31 - 1],
    [1, 2 ** 31 - 1],
  ] as const) {
    const outcome = await publish(as.admin, { villageId, unitValue, quantity }).then(
      ({ value }) => value,
      () => refused(publish(as.admin, { villageId, unitValue, quantity })),
    );
    expect(outcome).toEqual(
      unitValue === 1 ? quantity : [expect.objectContaining({ __typename: 'InvalidInput' })],
    );
  }
  for (const literal of ['1e400', '-0', '9007199254740993', '0x10', '1_000', '١']) {
    const query = `{ needs(first: ${literal}) { totalCount } }`;
    const { status, text } = await target.survives(() => target.ask(query));
    expect([literal, status, text]).toEqual([
      literal,
      expect.any(Number),
      expect.stringContaining('"errors"'),
    ]);
  }
});

test('a line break in a text is no line of the log, and no header', async () => {
  const forged = 'x\n{"level":60,"msg":"forged"}\r\nSet-Cookie: a=b';
  const answer = await target.survives(() =>
    target.ask(`{ needs(search: ${JSON.stringify(forged)}) { totalCount } }`, {}, 'auditor'),
  );
  expect([answer.status, answer.text]).toEqual([200, expect.not.stringContaining('forged')]);
});

test('after all of this the books are true', () => hub.expectTrueBooks());
