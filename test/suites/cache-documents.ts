/** What the caches of clients are asked for: things as they are, and the history that shows them as they were. */
export const documents = {
  CachesLiveQuery: `query CachesLiveQuery($need: ID!, $pledge: ID!, $village: ID!, $partner: ID!) {
    need(id: $need) { id title status remaining version }
    pledge(id: $pledge) { id status verified }
    village(id: $village) { id name coverage { committed openNeeds } }
    partner(id: $partner) { id name } }`,
  CachesHistoryQuery: `query CachesHistoryQuery($filter: FeedFilter, $first: Int, $after: Cursor) {
    feed(filter: $filter, first: $first, after: $after) {
      nodes {
        cursor kind
        need { needId title status remaining version }
        pledge { pledgeId status verified deliveries(first: 5) { nodes { deliveryId status } } }
        village { villageId name coverage { committed openNeeds } }
        partner { partnerId name } }
      pageInfo { endCursor } } }`,
  CachesBriefQuery: `query CachesBriefQuery($filter: FeedFilter, $first: Int, $after: Cursor) {
    feed(filter: $filter, first: $first, after: $after) { nodes { position need { needId quantity } } } }`,
  CachesLinkedQuery: `query CachesLinkedQuery($filter: FeedFilter, $first: Int, $after: Cursor) {
    feed(filter: $filter, first: $first, after: $after) {
      nodes { cursor need { needId remaining current { id remaining } } } } }`,
} as const;

export type DocumentName = keyof typeof documents;
