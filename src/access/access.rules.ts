import { forbidden, RequestError, Refused } from '../kernel/problems.ts';
import { type Actor, isWithin } from './actor.ts';

/** What the rules need to know of a village. */
export interface VillagePlace {
  id: string;
  code: string;
}

function coordinates(actor: Actor, code: string): boolean {
  return actor.roles.includes('COORDINATOR') && actor.areaCodes.some((above) => isWithin(code, above));
}

function isAdmin(actor: Actor): boolean {
  return actor.roles.includes('ADMIN');
}

/** Refuses mutations of anybody who has not signed in. */
export function assertSignedIn(actor: Actor): asserts actor is Actor & { accountId: string } {
  if (actor.accountId === null) throw new RequestError('UNAUTHENTICATED', { key: 'auth.required' });
}

/** Reading what is public among partners: everybody signed in, or anybody where PUBLIC_READ is on. */
export function assertMayRead(actor: Actor, publicRead: boolean): void {
  if (!publicRead) assertSignedIn(actor);
}

/** Publish, update and cancel needs of a village, and see its drafts. */
export function mayKeepNeeds(actor: Actor, village: VillagePlace): boolean {
  const own = actor.roles.includes('VILLAGE') && actor.villageIds.includes(village.id);
  return own || coordinates(actor, village.code) || isAdmin(actor);
}

export function assertMayKeepNeeds(actor: Actor, village: VillagePlace): void {
  if (!mayKeepNeeds(actor, village)) throw new Refused(forbidden('forbidden.need'));
}

/** A draft is seen by those who may keep it, and by auditors, who read everything. */
export function maySeeDrafts(actor: Actor, village: VillagePlace): boolean {
  return mayKeepNeeds(actor, village) || actor.roles.includes('AUDITOR');
}

/** The partner for whom this actor claims; only members claim, whatever other roles they have. */
export function claimantOf(actor: Actor): string {
  assertSignedIn(actor);
  if (!actor.roles.includes('PARTNER') || actor.partnerId === null) {
    throw new Refused(forbidden('forbidden.claim'));
  }
  return actor.partnerId;
}

/**
 * The partner about whose chances somebody asks: one's own, or any for those who oversee. Throws FORBIDDEN, since
 * it is asked by queries.
 */
export function partnerAskedAbout(actor: Actor, partnerId: string | null): string {
  assertSignedIn(actor);
  const oversees = (['COORDINATOR', 'AUDITOR', 'ADMIN'] as const).some((role) => actor.roles.includes(role));
  const own = actor.roles.includes('PARTNER') ? actor.partnerId : null;
  const asked = partnerId ?? own;
  if (asked === null) throw new RequestError('FORBIDDEN', { key: 'forbidden.claim' });
  if (asked !== own && !oversees) throw new RequestError('FORBIDDEN', { key: 'forbidden.partner' });
  return asked;
}

/** Commit, withdraw and report deliveries: members of the pledging partner. */
export function assertActsFor(actor: Actor, partnerId: string): void {
  assertSignedIn(actor);
  const own = actor.roles.includes('PARTNER') && actor.partnerId === partnerId;
  if (!own) throw new Refused(forbidden('forbidden.partner'));
}

/** Approve or decline a pledge in that village: the coordinator of its area. */
export function assertMayDecide(actor: Actor, village: VillagePlace): void {
  assertSignedIn(actor);
  if (!coordinates(actor, village.code) && !isAdmin(actor)) throw new Refused(forbidden('forbidden.decide'));
}

/** Verify or dispute a delivery: who keeps the village's needs, and never the pledging partner's own people. */
export function assertMayVerify(actor: Actor, village: VillagePlace, pledgingPartnerId: string): void {
  assertMayKeepNeeds(actor, village);
  if (actor.partnerId === pledgingPartnerId) throw new Refused(forbidden('forbidden.verify-own'));
}

/** Notes, reasons and evidence of a pledge and its deliveries. */
export function maySeePrivate(actor: Actor, village: VillagePlace, partnerId: string): boolean {
  if (actor.roles.includes('AUDITOR')) return true;
  const own = actor.roles.includes('PARTNER') && actor.partnerId === partnerId;
  return own || mayKeepNeeds(actor, village);
}

/** Reading the audit trail. Throws FORBIDDEN, since it is asked by a query. */
export function assertMayAudit(actor: Actor): void {
  assertSignedIn(actor);
  if (!actor.roles.includes('AUDITOR') && !isAdmin(actor)) {
    throw new RequestError('FORBIDDEN', { key: 'forbidden.audit' });
  }
}

/** Register a partner or publish a policy that holds in these areas: a coordinator who covers them all. */
export function mayGovern(actor: Actor, areaCodes: readonly string[]): boolean {
  return isAdmin(actor) || (areaCodes.length > 0 && areaCodes.every((code) => coordinates(actor, code)));
}
