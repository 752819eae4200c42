import type { Logger } from 'pino';
import { AreaResolver } from './areas/area.resolver.ts';
import { AreaService } from './areas/area.service.ts';
import { chainAudit } from './audit/audit-chainer.ts';
import { AuditReads } from './audit/audit-reads.service.ts';
import { AuditResolver } from './audit/audit.resolver.ts';
import {
  CounterpartResolver,
  PartnerBalanceOfPartner,
  PartnerBalanceResolver,
  ReciprocityResolver,
  SupportBalanceResolver,
  SupportFlowResolver,
} from './balance/balance.resolver.ts';
import { BalanceService } from './balance/balance.service.ts';
import { JudgeService } from './balance/judge.service.ts';
import { LedgerService } from './balance/ledger.service.ts';
import { PolicyPublication } from './balance/policy-publication.service.ts';
import { PolicyWatch } from './balance/policy-watch.service.ts';
import { PolicyResolver, RuleVerdictResolver } from './balance/policy.resolver.ts';
import { PolicyService } from './balance/policy.service.ts';
import { SuggestedNeedsResolver, SuggestionResolver } from './balance/suggestion.resolver.ts';
import { SuggestionService } from './balance/suggestion.service.ts';
import {
  DeliveryMutations,
  DeliveryResolver,
  PledgeDeliveriesResolver,
} from './deliveries/delivery.resolver.ts';
import { DeliveryService } from './deliveries/delivery.service.ts';
import { Outbox } from './events/outbox.ts';
import { Relay } from './events/relay.ts';
import { FeedResolver } from './feed/feed.resolver.ts';
import {
  DeliveryStateResolver,
  NeedStateResolver,
  PartnerStateResolver,
  PledgeStateResolver,
  VillageStateResolver,
} from './feed/state.resolver.ts';
import { FeedLog } from './feed/feed-log.service.ts';
import { FeedTail } from './feed/feed-tail.ts';
import { LiveFeed } from './feed/live-feed.service.ts';
import { AccountAdministration } from './identity/account-administration.service.ts';
import { AccountReads } from './identity/account-reads.service.ts';
import { AccountMutations, AccountResolver } from './identity/account.resolver.ts';
import { AuditActorResolver } from './identity/audit-actor.resolver.ts';
import { ActorService } from './identity/actor.service.ts';
import { ApiTokenResolver } from './identity/api-token.resolver.ts';
import { ApiTokenService } from './identity/api-token.service.ts';
import { Authentication } from './identity/authentication.service.ts';
import { IdentityService } from './identity/identity.service.ts';
import { IssuerAdmission } from './identity/issuer-admission.service.ts';
import { IssuerKeys } from './identity/issuer-keys.ts';
import { IssuerTokens } from './identity/issuer-tokens.ts';
import type { IssuerSettings } from './identity/issuer.rules.ts';
import { InvitationResolver } from './identity/invitation.resolver.ts';
import { InvitationService } from './identity/invitation.service.ts';
import { SessionResolver } from './identity/session.resolver.ts';
import { SessionService } from './identity/session.service.ts';
import { Tokens } from './identity/tokens.ts';
import { AccountPlaces, ViewerPlaces } from './identity/held-places.resolver.ts';
import { ViewerResolver } from './identity/viewer.resolver.ts';
import type { Clock } from './kernel/clock.ts';
import { NeedReads } from './needs/need-reads.service.ts';
import { NeedMutations, NeedResolver, VillageNeedsResolver } from './needs/need.resolver.ts';
import { NeedService } from './needs/need.service.ts';
import { NewNeeds } from './needs/new-needs.service.ts';
import { NodeResolver } from './node.resolver.ts';
import { PartnerRegistration } from './partners/partner-registration.service.ts';
import { PartnerResolver, SectorResolver } from './partners/partner.resolver.ts';
import { PartnerService } from './partners/partner.service.ts';
import { containerOf } from './platform/container.ts';
import { LockedLoop } from './platform/locked-loop.ts';
import type { Database } from './platform/database.ts';
import { ProblemResolver } from './platform/graphql/problem.resolver.ts';
import { forgetOldKeys } from './platform/idempotency.ts';
import type { Job } from './platform/jobs.ts';
import { BalanceRuleBrokenResolver, ClaimPreviewResolver } from './pledges/claim-suggestions.resolver.ts';
import { ClaimService } from './pledges/claim.service.ts';
import { NeedCancellation } from './pledges/need-cancellation.service.ts';
import { PledgeBook } from './pledges/pledge-book.service.ts';
import { PledgeMutations } from './pledges/pledge-mutations.resolver.ts';
import { PledgeReads } from './pledges/pledge-reads.service.ts';
import { PledgeResolver } from './pledges/pledge.resolver.ts';
import { PledgeService } from './pledges/pledge.service.ts';
import { NeedPledges, PartnerPledges, VillagePledges } from './pledges/pledges-of.resolver.ts';
import { Words } from './pledges/words.service.ts';
import { CoverageService } from './villages/coverage.service.ts';
import { AreaCoverageResolver, ColourShareResolver, VillageResolver } from './villages/village.resolver.ts';
import { foldAreaFigures } from './villages/area-figures.ts';
import { signInJobs, signInOf } from './sign-in-composition.ts';
import { VillageService } from './villages/village.service.ts';

export interface Foundations {
  database: Database;
  clock: Clock;
  logger: Logger;
  tokenSecret: string;
  tokenHours: number;
  /** The OpenID issuer whose tokens are taken, if any. */
  issuer?: IssuerSettings | null;
}

function issuerDoorOf({ database, logger, issuer }: Foundations) {
  if (issuer == null) return null;
  return {
    tokens: new IssuerTokens(issuer, new IssuerKeys(issuer.issuer, logger)),
    admission: new IssuerAdmission(database, issuer.claims),
  };
}

/** What the main job stands on: places, people, organisations, and the way of a fact. */
function groundOf(foundations: Foundations) {
  const { database, clock, logger, tokenSecret, tokenHours } = foundations;
  const relay = new Relay(database.url, logger);
  const partners = new PartnerService(database);
  const villages = new VillageService(database);
  const tokens = new Tokens(tokenSecret, tokenHours * 3600);
  const apiTokens = new ApiTokenService(database);
  const actors = new ActorService(database);
  const sessions = new SessionService(database, tokens);
  const identity = new IdentityService(database);
  const accountReads = new AccountReads(database);
  const door = issuerDoorOf(foundations);
  return {
    relay,
    chainer: new LockedLoop(database.url, chainAudit(), logger),
    folder: new LockedLoop(database.url, foldAreaFigures, logger),
    auditReads: new AuditReads(database),
    outbox: new Outbox(relay.wake),
    areas: new AreaService(database),
    partners,
    registration: new PartnerRegistration(database),
    villages,
    coverage: new CoverageService(database),
    sessions,
    identity,
    ...signInOf(foundations, { actors, identity, sessions }),
    accountReads,
    administration: new AccountAdministration(database, sessions, accountReads),
    invitations: new InvitationService(database, accountReads),
    apiTokens,
    authentication: new Authentication(database, actors, tokens, apiTokens, door, clock),
  };
}

/** Needs, balance, pledges and deliveries. */
function workOf({ database, clock, logger }: Foundations, { partners, villages, outbox }: Ground) {
  const needReads = new NeedReads(database);
  const needs = new NeedService(database, clock, villages, outbox);
  const policies = new PolicyService(database);
  const ledger = new LedgerService();
  const judge = new JudgeService();
  const suggestions = new SuggestionService(database, judge, partners, clock);
  const book = new PledgeBook(needs, villages, partners, policies, ledger, outbox);
  const shared = { database, needs, villages, ledger, book };
  return {
    needReads,
    needs,
    newNeeds: new NewNeeds(database, clock, villages, needs),
    policies,
    ledger,
    judge,
    suggestions,
    publication: new PolicyPublication(database),
    policyWatch: new PolicyWatch(database, logger),
    balances: new BalanceService(database, policies),
    pledgeReads: new PledgeReads(database),
    words: new Words(database),
    claims: new ClaimService({ database, clock, needReads, partners, judge, outbox, logger }),
    pledges: new PledgeService(database, clock, book, logger),
    cancellation: new NeedCancellation({ ...shared, policies, outbox }),
    deliveries: new DeliveryService(database, clock, book),
  };
}

function feedOf(
  { database, logger }: Foundations,
  { relay, villages, partners }: Ground,
  { balances, policyWatch }: Work,
) {
  const log = new FeedLog(database);
  const tail = new FeedTail(new FeedLog({ reads: database.promptReads }), relay, database.url, logger);
  return { log, tail, live: new LiveFeed(log, tail, villages, partners, balances, policyWatch, logger) };
}

/** All resolvers, and the services that they find by their class. */
function servedBy(services: Ground & Work & Feed): object[] {
  const { areas, partners, villages, policies, needReads, pledgeReads, deliveries, balances } = services;
  return [
    areas,
    partners,
    villages,
    policies,
    pledgeReads,
    deliveries,
    services.live,
    new NodeResolver(),
    new ProblemResolver(),
    new ViewerResolver(services.identity, services.signIns, partners),
    new AccountPlaces(areas, villages),
    new ViewerPlaces(areas, villages),
    new AuditResolver(services.auditReads),
    new AuditActorResolver(services.identity),
    new SessionResolver(services.sessions),
    new ApiTokenResolver(services.apiTokens),
    new AccountResolver(services.accountReads, partners),
    new AccountMutations(services.administration),
    new InvitationResolver(services.invitations, services.acceptance),
    new AreaResolver(areas),
    new AreaCoverageResolver(services.coverage),
    new PartnerResolver(partners, services.registration),
    new SectorResolver(partners),
    new VillageResolver(villages, areas),
    new ColourShareResolver(partners),
    new NeedResolver(needReads, villages, partners),
    new VillageNeedsResolver(needReads),
    new NeedMutations(services.newNeeds, services.needs),
    new PolicyResolver(policies, services.publication, areas),
    new RuleVerdictResolver(),
    new SupportBalanceResolver(balances),
    new PartnerBalanceOfPartner(balances),
    new CounterpartResolver(partners),
    new ReciprocityResolver(balances),
    new SupportFlowResolver(partners),
    new PartnerBalanceResolver(partners, balances),
    new SuggestedNeedsResolver(services.suggestions),
    new SuggestionResolver(partners),
    new PledgeResolver(pledgeReads, needReads, partners, villages, policies, services.words),
    new NeedPledges(pledgeReads),
    new VillagePledges(pledgeReads),
    new PartnerPledges(pledgeReads),
    new BalanceRuleBrokenResolver(services.suggestions),
    new ClaimPreviewResolver(services.suggestions),
    new PledgeMutations(services.claims, services.pledges, services.cancellation),
    new DeliveryResolver(pledgeReads, villages, services.words),
    new PledgeDeliveriesResolver(deliveries),
    new DeliveryMutations(deliveries),
    new FeedResolver(services.log),
    new NeedStateResolver(needReads, partners),
    new VillageStateResolver(villages),
    new PartnerStateResolver(partners),
    new PledgeStateResolver(pledgeReads, policies, services.words),
    new DeliveryStateResolver(services.words),
  ];
}

type Ground = ReturnType<typeof groundOf>;
type Work = ReturnType<typeof workOf>;
type Feed = ReturnType<typeof feedOf>;
export type Services = ReturnType<typeof compose>;

/** Makes every service and resolver, from the bottom up; nothing is started. */
export function compose(foundations: Foundations) {
  const { database, clock, logger } = foundations;
  const ground = groundOf(foundations);
  const work = workOf(foundations, ground);
  const services = { ...ground, ...work, ...feedOf(foundations, ground, work) };
  const jobs: Job[] = [
    {
      name: 'expire-pledges',
      schedule: '* * * * *',
      lateAfterMinutes: 5,
      run: () => work.pledges.expireDue(),
    },
    {
      name: 'forget-idempotency-keys',
      schedule: '17 3 * * *',
      lateAfterMinutes: 2880,
      run: () => forgetOldKeys(database),
    },
    {
      // A log that is kept elsewhere proves the chain up to its last hour.
      name: 'log-audit-head',
      schedule: '31 * * * *',
      lateAfterMinutes: 180,
      run: async () => logger.info(await ground.auditReads.head(), 'head of the audit trail'),
    },
    ...signInJobs(ground),
    {
      name: 'forget-old-sessions',
      schedule: '27 3 * * *',
      lateAfterMinutes: 2880,
      run: () => ground.sessions.forgetOld(),
    },
    {
      name: 'forget-old-api-tokens',
      schedule: '37 3 * * *',
      lateAfterMinutes: 2880,
      run: () => ground.apiTokens.forgetOld(),
    },
  ];
  return { database, clock, ...services, container: containerOf(servedBy(services)), jobs };
}
