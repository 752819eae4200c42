import { getIntrospectionQuery } from 'graphql';

/** An operation that grows with `size`, and is measured at the greatest size that the limits let pass. */
export interface Candidate {
  name: string;
  of: (size: number) => { query: string; variables?: Record<string, unknown> };
}

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const query = (name: string, of: (size: number) => string): Candidate => ({
  name,
  of: (size) => ({ query: of(size) }),
});

/** A page has no more; the candidate then stays as it is. */
const page = (size: number) => Math.min(size, 100);

const NEED =
  'id title description unit unitValue quantity pledged committed delivered verified remaining value status version';
const PLEDGE = 'id status quantity value note reason createdAt updatedAt dueOn version';
const EVENT = 'kind occurredAt cursor previousCursor position';

/** Lists within lists, pages and names full. */
const nested: Candidate[] = [
  query(
    'villages, their needs',
    (n) => `{ villages(first: 100) { nodes { needs(first: ${page(n)}) { nodes { ${NEED} } } } } }`,
  ),
  query(
    'needs, their pledges',
    (n) => `{ needs(first: 100) { nodes { pledges(first: ${page(n)}) { nodes { ${PLEDGE} } } } } }`,
  ),
  query(
    'partners, their pledges, those of the needs',
    (n) =>
      `{ partners(first: 10) { nodes { pledges(first: 10) { nodes { need { pledges(first: ${page(n)}) { nodes { id note } } } } } } } }`,
  ),
  query(
    'needs with all that surrounds each',
    (n) =>
      `{ needs(first: ${page(n)}) { nodes { ${NEED} sector { code cluster { code } } mandateHolder { id name balance { net } }
      village { id name coverage { needed pledged } colours { share } district { name parent { name parent { name } } } } } } }`,
  ),
  query(
    'areas around areas',
    (n) =>
      `{ area(code: "36") { children { ${times(n, (i) => `a${i}: coverage { needed }`)} children { id name } } } }`,
  ),
  query(
    'events',
    (n) => `{ feed(first: 100) { nodes { ${EVENT} ${times(n, (i) => `need { a${i}: title }`)} } } }`,
  ),
  query(
    'audit trail',
    (n) => `{ ${times(n, (i) => `a${i}: auditTrail(first: 100) { nodes { action hash occurredAt } }`)} }`,
  ),
];

/** So many levels of pages around something, each asked for by null. */
const tower = (levels: number, inner: string): string =>
  levels === 0 ? inner : `needs(first: null) { nodes { village { ${tower(levels - 1, inner)} } } }`;

/** Lengths that are not said, or said to be as long as lists may be. */
const long: Candidate[] = [
  query(
    'pages around pages, asked for by null',
    (n) => `{ village(code: "36.02.14.2005") { ${tower(n, 'id')} } }`,
  ),
  query(
    'the same, as wide as may be',
    (n) =>
      `{ villages(first: null) { nodes { ${tower(
        2,
        times(n, (i) => `a${i}: name`),
      )} } } }`,
  ),
  {
    name: 'pages of a null variable',
    of: (n) => ({
      query: `query ($n: Int) { partners(first: $n) { nodes { pledges(first: $n) { nodes { need { pledges(first: $n) { nodes { ${times(n, (i) => `a${i}: note`)} } } } } } } } }`,
      variables: { n: null },
    }),
  },
  query(
    'all flows, their partners’ pledges',
    (n) =>
      `{ reciprocity { flows(first: 1000) { posted from { name balance { net } } to { pledges(first: ${page(n)}) { nodes { id } } } } } }`,
  ),
  query(
    'all balances, their counterparts',
    (n) =>
      `{ reciprocity { balances(first: 1000) { partner { name } balance { net creditLine counterparts(first: ${page(n)}) { partner { name } } } } } }`,
  ),
  query(
    'all flows again and again',
    (n) =>
      `{ ${times(n, (i) => `a${i}: reciprocity { flows(first: 1000) { posted from { name } to { name } } }`)} }`,
  ),
];

/** One costly field under as many names as may be. */
const aliased: Candidate[] = (
  [
    ['counts', 'needs(first: 1) { totalCount }'],
    ['searches', 'needs(search: "a", first: 100) { nodes { id title } }'],
    ['searches of nothing', 'villages(search: "%_%_%\\\\qqqq", first: 100) { totalCount nodes { id } }'],
    [
      'suggestions',
      'suggestedNeeds(partnerId: "A_PARTNER", first: 100) { complete nodes { id suggestion { message } } }',
    ],
    [
      'previews',
      'claimPreview(input: { needId: "A_NEED", quantity: 1, partnerId: "A_PARTNER" }) { outcome verdicts { message } suggestions { nodes { id } } }',
    ],
    ['reports', 'reciprocity { bilateral }'],
    ['coverage', 'area(code: "36") { coverage { needed pledged committed } synergy { villages synergy } }'],
    ['sign-ins', 'signIn(input: { email: "nobody@sinergi.test", password: "wrong" }) { token }'],
  ] as const
).map(([name, field]) =>
  query(name, (n) => `${name === 'sign-ins' ? 'mutation' : ''} { ${times(n, (i) => `a${i}: ${field}`)} }`),
);

/** Documents that are more work to look at than to answer. */
const documents: Candidate[] = [
  query('one field again and again', (n) => `{ clusters { ${times(n, () => 'code')} } }`),
  query('one object again and again', (n) => `{ ${times(n, () => 'needs(first: 1) { nodes { id } }')} }`),
  query(
    'inline fragments that overlap',
    (n) => `{ needs(first: 1) { ${times(n, () => '... { nodes { ... { id } } }')} } }`,
  ),
  query(
    'fragments that overlap',
    (n) =>
      `{ ${times(n, (i) => `...F${i}`)} } ${times(n, (i) => `fragment F${i} on Query { needs(first: 1) { nodes { id } } }`)}`,
  ),
  query(
    'fragments that double',
    (n) =>
      `{ ...F0 } ${times(n, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F${n} on Query { __typename }`,
  ),
  query(
    'a chain of fragments',
    (n) =>
      `{ ...F0 } ${times(n, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F${n} on Query { __typename }`,
  ),
  query('introspection under many names', (n) => {
    const [, body = ''] = /\{([\s\S]*)\}\s*fragment FullType/.exec(getIntrospectionQuery()) ?? [];
    const rest = getIntrospectionQuery().slice(getIntrospectionQuery().indexOf('fragment FullType'));
    return `{ ${times(n, (i) => body.replace('__schema', `a${i}: __schema`))} } ${rest}`;
  }),
  query(
    'types under many names',
    (n) =>
      `{ ${times(n, (i) => `a${i}: __type(name: "Need") { fields { name type { name ofType { name } } args { name } } }`)} }`,
  ),
  query('fields that there are not', (n) => `{ needs { nodes { ${times(n, (i) => `titel${i}`)} } } }`),
  query(
    'arguments that there are not',
    (n) => `{ needs(${times(n, (i) => `frist${i}: 1`)}) { totalCount } }`,
  ),
  query(
    'a value of many objects',
    (n) => `{ needs(sector: [${times(n, (i) => `"s${i}"`)}]) { totalCount } }`,
  ),
];

/** Variables as large as a body may be. */
const variables: Candidate[] = [
  {
    name: 'a list of ids in variables',
    of: (n) => ({
      query: 'query ($f: FeedFilter) { feed(filter: $f) { nodes { kind } } }',
      variables: { f: { needIds: Array.from({ length: n * 200 }, (_, i) => `${i}`) } },
    }),
  },
  {
    name: 'an input of fields that there are not',
    of: (n) => ({
      query: 'mutation ($i: SignInInput!) { signIn(input: $i) { token } }',
      variables: { i: Object.fromEntries(Array.from({ length: n * 100 }, (_, i) => [`passwort${i}`, 1])) },
    }),
  },
  {
    name: 'variables that nobody asks for',
    of: (n) => ({
      query: '{ __typename }',
      variables: Object.fromEntries(Array.from({ length: n * 100 }, (_, i) => [`v${i}`, [[[]]]])),
    }),
  },
  {
    name: 'values that do not fit',
    of: (n) => ({
      query: 'query ($s: [NeedStatus!]) { needs(status: $s) { totalCount } }',
      variables: { s: Array.from({ length: n * 200 }, () => 'OPNE') },
    }),
  },
];

export const candidates: readonly Candidate[] = [...nested, ...long, ...aliased, ...documents, ...variables];
