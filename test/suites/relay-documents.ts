/** Every list of the hub, as a component of Relay asks for it: by its module, the field, and what an entry shows. */
const LISTS = [
  ['Villages', 'villages', 'id name'],
  ['Needs', 'needs', 'id title'],
  ['Partners', 'partners', 'id name'],
  ['Pledges', 'pledges', 'id status'],
  ['Policies', 'policies', 'id version'],
] as const;

/** Lists within something that has an id, which Relay asks for again by `node(id:)`. */
const NESTED = [
  ['VillageNeeds', 'Village', 'needs', 'id title'],
  ['VillagePledges', 'Village', 'pledges', 'id status'],
  ['NeedPledges', 'Need', 'pledges', 'id status'],
  ['PartnerPledges', 'Partner', 'pledges', 'id status'],
] as const;

function paged(module: string, type: string, field: string, entry: string): string {
  return `fragment ${module}_${type.toLowerCase()} on ${type}
      @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "Cursor" })
      @refetchable(queryName: "${module}PageQuery") {
    ${field}(first: $first, after: $after) @connection(key: "${module}_${field}") { edges { node { ${entry} } } }
  }`;
}

function nested([module, type, field, entry]: (typeof NESTED)[number]): [string, string[]] {
  const query = `query ${module}Query($id: ID!) { node(id: $id) { ...${module}_${type.toLowerCase()} @alias } }`;
  return [module, [paged(module, type, field, entry), query]];
}

/** Documents by the module they stand in. */
export const modules: [module: string, documents: string[]][] = [
  ...LISTS.map(([module, field, entry]): [string, string[]] => [
    module,
    [paged(module, 'Query', field, entry), `query ${module}Query { ...${module}_query }`],
  ]),
  ...NESTED.map(nested),
  [
    'Claim',
    [
      `mutation ClaimMutation($input: ClaimNeedInput!, $connections: [ID!]!) { claimNeed(input: $input) {
        pledge @appendNode(connections: $connections, edgeTypeName: "PledgeEdge") { id status need { id remaining } }
        problems { __typename message path } } }`,
    ],
  ],
  [
    'Feed',
    [
      `subscription FeedSubscription($filter: FeedFilter, $after: Cursor) { pledgeFeed(filter: $filter, after: $after) {
        kind cursor need { needId remaining } village { villageId } pledge { pledgeId status } partner { partnerId } } }`,
    ],
  ],
];

/** The query of the next page of each list. */
export const pageQueries = {
  lists: LISTS.map(([module, field]) => ({ query: `${module}PageQuery`, field })),
  nested: NESTED.map(([module, type, field]) => ({ query: `${module}PageQuery`, type, field })),
};
