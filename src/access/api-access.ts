import type { Act } from './permissions.ts';

/** The rule of each root field of the API: who may use it at all. */
export const rootAccess = {
  Query: {
    area: 'read',
    apiTokens: 'keepAccess',
    auditTrail: 'audit',
    claimPreview: 'askForPartner',
    clusters: 'read',
    feed: 'read',
    need: 'read',
    needs: 'read',
    node: 'read',
    partner: 'read',
    partners: 'read',
    pledge: 'read',
    pledges: 'read',
    policies: 'read',
    policy: 'read',
    reciprocity: 'read',
    sectors: 'read',
    sessions: 'keepAccess',
    suggestedNeeds: 'askForPartner',
    viewer: 'read',
    village: 'read',
    villages: 'read',
  },
  Mutation: {
    approvePledge: 'decide',
    cancelNeed: 'keepNeeds',
    claimNeed: 'claim',
    commitPledge: 'keepPledges',
    createApiToken: 'leave',
    declinePledge: 'decide',
    disputeDelivery: 'verify',
    draftNeed: 'keepNeeds',
    publishDraft: 'keepNeeds',
    publishNeed: 'keepNeeds',
    publishPolicy: 'govern',
    registerPartner: 'govern',
    reportDelivery: 'keepPledges',
    revokeApiToken: 'keepAccess',
    revokeSessions: 'keepAccess',
    signIn: 'comeIn',
    signOut: 'leave',
    updateNeed: 'keepNeeds',
    verifyDelivery: 'verify',
    withdrawPledge: 'keepPledges',
  },
  Subscription: {
    balanceChanged: 'read',
    pledgeFeed: 'read',
    villageBoard: 'read',
  },
} as const satisfies Record<'Query' | 'Mutation' | 'Subscription', Record<string, Act>>;

/** Fields that show more to some than to others, who find them empty: the rule of what is left out for those. */
export const privateFields = {
  'Delivery.evidence': 'seePrivate',
  'Delivery.note': 'seePrivate',
  'Delivery.reason': 'seePrivate',
  'Delivery.verificationNote': 'seePrivate',
  'Pledge.note': 'seePrivate',
  'Pledge.reason': 'seePrivate',
  'Village.needs': 'seeDrafts',
} as const satisfies Record<string, Act>;

/**
 * Fields that whoever got hold of their object sees as everybody does. A new field of the API stands here by its
 * name, or above; otherwise the schema is not built. Types that are named alike have a line for all of them.
 */
export const openFields: Readonly<Record<string, string>> = {
  '*Connection': 'edges nodes pageInfo totalCount',
  '*Edge': 'cursor node',
  '*Payload': 'problems need pledge delivery partner policy session sessions apiToken secret',
  ApiToken: 'createdAt expiresAt id lastUsedOn name revokedAt scopes',
  AuditEntry: `accountId accountName action actorKind address hash occurredAt outcome position requestId subjectIds
    tokenId`,
  Area: 'children code coverage id level name parent synergy',
  BalanceRuleBroken: 'message path suggestions verdict',
  ClaimPreview: 'outcome remaining suggestions verdicts',
  Cluster: 'code colour name',
  ColourShare: 'cluster committed share',
  Counterpart: 'given net partner received',
  Coverage: 'committed committedRatio delivered needed openNeeds pledged verified verifiedRatio',
  Delivery: 'deliveredOn id pledge quantity status',
  FeedEvent: 'cursor kind need occurredAt partner pledge position previousCursor village',
  Forbidden: 'message path',
  IdempotencyConflict: 'message path',
  InvalidInput: 'message path',
  Need: `committed createdAt delivered description dueOn id mandateHolder pledged pledges quantity remaining sector
    status suggestion title unit unitValue updatedAt urgent value verified version village`,
  NotEnoughRemaining: 'message path remaining',
  NotFound: 'message path',
  PageInfo: 'endCursor hasNextPage hasPreviousPage startCursor',
  Partner: 'areas balance cluster code id kind mandate name pledges',
  PartnerBalance: 'balance partner',
  Pledge: `createdAt delivered deliveries dueOn expiresAt id need partner policy quantity status updatedAt value
    verdicts verified version`,
  Policy: `area effectiveFrom graceDays id note pledgeDays rules synergyColours synergyDiversity version`,
  ReciprocityReport: 'balances bilateral flows multilateral',
  RuleSetting: 'ceiling floor limit mode rule',
  RuleVerdict: 'after before limit message outcome rule unit',
  Sector: 'cluster code name',
  Session: 'createdAt endedAt expiresAt id isCurrent',
  SignInPayload: 'expiresAt token viewer',
  StaleVersion: 'currentVersion message path',
  Suggestion: 'coverage creditor message reasons',
  SupportBalance: `counterparts creditLine givenPending givenPosted net receivedPending receivedPosted standing`,
  SupportFlow: 'from pending posted to',
  SynergyCount: 'multiColour singleColour synergy untouched villages',
  TooManyAttempts: 'message path retryAt',
  // One's own alone: `viewer` and `signIn` lead to nobody else's.
  Viewer: 'areas email id name partner roles villages',
  Village: 'code colours coverage district diversity id name pledges province regency synergy',
  WrongState: 'message path status',
};
