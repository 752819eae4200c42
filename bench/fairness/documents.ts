const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** A document, by a name for the table; A_PARTNER and A_NEED stand for ids. */
export interface Asked {
  name: string;
  query: string;
}

const NEED =
  'id title unit unitValue quantity pledged committed delivered verified remaining value status version';
const sixty = (name: string, field: (index: number) => string): Asked => ({
  name: `60 × ${name}`,
  query: `{ ${times(60, (index) => `a${index}: ${field(index)}`)} }`,
});

/** Each of which reads much, and was counted little. */
export const attacks: readonly Asked[] = [
  sixty('feed by sectors', (i) => `feed(first: 1, filter: { sectors: ["x${i}"] }) { nodes { kind } }`),
  {
    name: '30 × latest of feed by area and kinds',
    query: `{ ${times(30, (i) => `a${i}: feed(first: 1, latest: true, filter: { areaCode: "36.0${1 + (i % 4)}", kinds: [NEED_CANCELLED] }) { nodes { kind } }`)} }`,
  },
  sixty('policy', (i) => `policy(areaCode: "36.0${1 + (i % 4)}") { id }`),
  sixty(
    'search and count',
    () => 'needs(search: "air bersih jamban sehat rumah layak huni sumur bor desa", first: 1) { totalCount }',
  ),
  sixty('count of needs', () => 'needs(first: 1) { totalCount }'),
  sixty('count of pledges', () => 'pledges(areaCode: "36", first: 1) { totalCount }'),
  {
    name: '5 × suggestions',
    query: `{ ${times(5, (i) => `a${i}: suggestedNeeds(partnerId: "A_PARTNER", first: 100) { id }`)} }`,
  },
  {
    name: 'reciprocity, 10 ×',
    query: `{ ${times(10, (i) => `a${i}: reciprocity { bilateral flows(first: 1000) { posted from { name } to { name } } }`)} }`,
  },
  {
    name: 'villages, needs, pledges',
    query: `{ villages(first: 30) { nodes { id name needs(first: 30) { nodes { ${NEED} pledges(first: 3) { nodes { id quantity } } } } } } }`,
  },
];

/** Of all kinds, small and large, by one statement and by resolvers. */
export const documents: readonly Asked[] = [
  ...attacks,
  { name: '__typename', query: '{ __typename }' },
  { name: 'clusters', query: '{ clusters { code name } }' },
  { name: 'one need', query: '{ need(id: "A_NEED") { id title remaining } }' },
  { name: 'three villages', query: '{ villages(first: 3) { nodes { id name } } }' },
  {
    name: 'a hundred villages',
    query: '{ villages(first: 100) { nodes { id name coverage { needed pledged } } } }',
  },
  { name: 'a hundred needs', query: `{ needs(first: 100) { nodes { ${NEED} } } }` },
  {
    name: 'a board',
    query: `{ villages(first: 20) { nodes { id name needs(status: [OPEN], first: 10) { nodes { id title remaining pledges(first: 5) { nodes { id quantity status partner { name } } } } } } } }`,
  },
  {
    name: 'pledges',
    query: '{ pledges(first: 100) { nodes { id quantity status partner { name } need { title } } } }',
  },
  {
    name: 'feed page',
    query: '{ feed(first: 50) { nodes { kind occurredAt need { title } village { name } } } }',
  },
  { name: 'latest of feed', query: '{ feed(first: 50, latest: true) { nodes { kind occurredAt } } }' },
  { name: 'partners', query: '{ partners(first: 50) { nodes { id name balance { net } } } }' },
  {
    name: 'areas',
    query: '{ area(code: "36") { name coverage { needed } children { id name coverage { needed } } } }',
  },
  {
    name: 'search of villages',
    query: '{ villages(search: "desa", first: 20) { totalCount nodes { id name } } }',
  },
  { name: 'a policy', query: '{ policy(areaCode: "36") { id version } }' },
  { name: 'all policies', query: '{ policies(first: 20) { nodes { id version } } }' },
  { name: 'audit trail', query: '{ auditTrail(first: 100) { nodes { action hash occurredAt } } }' },
  { name: 'accounts', query: '{ accounts(first: 100) { nodes { id name } } }' },
  { name: 'viewer', query: '{ viewer { id } }' },
  {
    name: 'preview',
    query:
      '{ claimPreview(input: { needId: "A_NEED", quantity: 1, partnerId: "A_PARTNER" }) { outcome verdicts { message } } }',
  },
  {
    name: 'preview with suggestions',
    query:
      '{ claimPreview(input: { needId: "A_NEED", quantity: 1, partnerId: "A_PARTNER" }) { outcome suggestions { id } } }',
  },
  { name: 'schema', query: '{ __schema { types { name fields { name type { name } } } } }' },
  { name: 'a document that is wrong', query: `{ ${times(50, (i) => `titel${i}`)} }` },
];
