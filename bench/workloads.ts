import { AUDITORS } from './data/people.ts';
import { provinceCode, regencyCode, type Shape } from './data/shape.ts';
import { needId, partnerId } from './world.ts';

export const workloadNames = ['board', 'feed', 'point', 'areas', 'spread', 'contended'] as const;
export type WorkloadName = (typeof workloadNames)[number];
export const claimNames: readonly WorkloadName[] = ['spread', 'contended'];

/** One kind of request, as the hub is asked and as PostGraphile, whose schema follows the tables, is. */
export interface Workload {
  title: string;
  document: string;
  postgraphile: string;
  /** How many different requests there are, the first ones of which are made. */
  requests(shape: Shape): number;
  /** The variables of one of them. Every one has an answer of the same shape. */
  variables(shape: Shape, number: number): object;
}

/** Stands for a key of its own in each request that is sent. */
export const FRESH_KEY = '{fresh-key}';
/** How many needs are claimed by the load that spreads. */
export const CLAIMED_NEEDS = 10_000;

/** The first regencies are claimed in, so that the board looks at others where there are enough. */
function boardRegency({ busyRegencies }: Shape, number: number): string {
  const untouched = Math.max(1, Math.floor(busyRegencies / 2));
  return regencyCode(busyRegencies - 1 - (number % untouched));
}

const claiming = (spread: boolean): Workload => ({
  title: spread ? 'claims, spread over 10,000 needs' : 'claims, all on one need',
  document: `mutation Claim($input: ClaimNeedInput!) {
    claimNeed(input: $input) { pledge { id status quantity need { id remaining } } problems { message } } }`,
  postgraphile: `mutation Claim($input: ClaimNeedInput!) {
    claimNeed(input: $input) { pledge: result { id: rowId status quantity need: needByNeedId { id: rowId remaining } } } }`,
  requests: ({ busyNeeds }) => (spread ? Math.min(CLAIMED_NEEDS, busyNeeds) : 1),
  variables: (_, number) => ({
    input: { needId: needId(1 + number), quantity: 1, idempotencyKey: FRESH_KEY },
  }),
});

const COVERAGE = 'coverage { needed pledged committed delivered verified openNeeds }';
const SYNERGY = 'synergy { villages untouched singleColour multiColour synergy }';
const FIGURES = `code name ${COVERAGE} ${SYNERGY}`;

export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  board: {
    title: 'board',
    document: `query Board($areaCode: String!) {
      villages(areaCode: $areaCode, first: 20) { nodes { id code name
        needs(status: [OPEN], first: 10) { nodes { id title unit quantity remaining
          pledges(first: 5) { nodes { quantity status partner { name } } } } } } } }`,
    postgraphile: `query Board($areaCode: String!) {
      villages: villagesOf(areaCode: $areaCode, first: 20) { nodes { id: rowId code name
        needs: needsByVillageId(condition: { status: "OPEN" }, orderBy: PRIMARY_KEY_DESC, first: 10) { nodes {
          id: rowId title unit quantity remaining
          pledges: pledgesByNeedId(orderBy: PRIMARY_KEY_DESC, first: 5) { nodes {
            quantity status partner: partnerByPartnerId { name } } } } } } } }`,
    requests: ({ busyRegencies }) => Math.max(1, Math.floor(busyRegencies / 2)),
    variables: (shape, number) => ({ areaCode: boardRegency(shape, number) }),
  },
  feed: {
    title: 'feed page',
    document: `query Latest {
      pledges(first: 50) { nodes { id quantity status createdAt
        need { id title unit village { id code name } } partner { id name } } } }`,
    postgraphile: `query Latest {
      pledges: allPledges(orderBy: PRIMARY_KEY_DESC, first: 50) { nodes { id: rowId quantity status createdAt
        need: needByNeedId { id: rowId title unit village: villageByVillageId { id: rowId code name } }
        partner: partnerByPartnerId { id: rowId name } } } }`,
    requests: () => 1,
    variables: () => ({}),
  },
  point: {
    title: 'point',
    document: 'query Need($id: ID!) { need(id: $id) { id title status quantity remaining } }',
    postgraphile: `query Need($id: String!) {
      need: needByRowId(rowId: $id) { id: rowId title status quantity remaining } }`,
    requests: ({ needs }) => Math.min(10_000, needs),
    variables: ({ needs }, number) => ({ id: needId(1 + ((number * 7919) % needs)) }),
  },
  areas: {
    title: 'areas',
    document: `query Areas($code: String!) { area(code: $code) { ${FIGURES} children { ${FIGURES} } } }`,
    postgraphile: `query Areas($code: String!) {
      area: areaByCode(code: $code) { ${FIGURES}
        children: areasByParentId(orderBy: CODE_ASC) { nodes { ${FIGURES} } } } }`,
    requests: ({ provinces }) => provinces,
    variables: (_, number) => ({ code: provinceCode(number) }),
  },
  spread: claiming(true),
  contended: claiming(false),
};

/** Whose requests they are: members of the partners that work where claims are made. */
export const claimants = ({ partners }: Shape): number => Math.min(64, partners);
/** The first account that reads. */
export const firstAuditor = ({ partners }: Shape): number => partners + 1;
export const auditors = AUDITORS;

/** Which dialect a contestant speaks. */
export type Dialect = 'hub' | 'postgraphile';

/** The body of one request. PostGraphile has no sign-in here, so that the claimant is an argument. */
export function bodyOf(
  workload: Workload,
  dialect: Dialect,
  shape: Shape,
  { number, claimant }: { number: number; claimant: number },
): string {
  const variables = workload.variables(shape, number) as { input?: object };
  if (dialect === 'hub') return JSON.stringify({ query: workload.document, variables });
  const { input } = variables;
  const claim = input === undefined ? {} : { input: { ...input, partnerId: partnerId(claimant) } };
  return JSON.stringify({ query: workload.postgraphile, variables: { ...variables, ...claim } });
}
