import { forbidden, Refused, RequestError, unauthenticated } from '../kernel/problems.ts';
import { type Actor, isWithin } from './actor.ts';
import { type Act, type Permission, permissions, type Relation } from './permissions.ts';

/** What the rules need to know of a village. */
export interface VillagePlace {
  id: string;
  code: string;
}

/** What an act is about, as far as it is known. */
interface Subject {
  village?: VillagePlace;
  partnerId?: string;
  /** Codes of areas, all of which the act concerns. */
  areaCodes?: readonly string[];
  publicRead?: boolean;
  accountId?: string;
}

const has = (actor: Actor, role: Actor['roles'][number]) => actor.roles.includes(role);

const holds: Readonly<Record<Relation, (actor: Actor, subject: Subject) => boolean>> = {
  ANYBODY: () => true,
  READER: ({ accountId }, { publicRead = false }) => accountId !== null || publicRead,
  SIGNED_IN: ({ accountId }) => accountId !== null,
  SELF: (actor, { accountId }) => actor.accountId !== null && actor.accountId === accountId,
  MEMBER: (actor) => has(actor, 'PARTNER') && actor.partnerId !== null,
  OWN_PARTNER: (actor, { partnerId }) =>
    has(actor, 'PARTNER') && partnerId !== undefined && actor.partnerId === partnerId,
  OWN_VILLAGE: (actor, { village }) =>
    has(actor, 'VILLAGE') && village !== undefined && actor.villageIds.includes(village.id),
  OWN_AREA: (actor, { village, areaCodes = village === undefined ? [] : [village.code] }) =>
    has(actor, 'COORDINATOR') &&
    areaCodes.length > 0 &&
    areaCodes.every((code) => actor.areaCodes.some((above) => isWithin(code, above))),
  COORDINATOR: (actor) => has(actor, 'COORDINATOR'),
  AUDITOR: (actor) => has(actor, 'AUDITOR'),
  ADMIN: (actor) => has(actor, 'ADMIN'),
};

/** Whether the table permits it. */
function may(actor: Actor, act: Act, subject: Subject = {}): boolean {
  const { who, never, scope }: Permission = permissions[act];
  // A token's scopes narrow what its owner may; a session has none, and is for everything.
  if (actor.scopes !== null && (scope === undefined || !actor.scopes.includes(scope))) return false;
  // Belonging to the partner is enough here: whoever has lost the role PARTNER is no judge of it either.
  const isOwn = actor.partnerId !== null && actor.partnerId === subject.partnerId;
  if (never === 'OWN_PARTNER' && isOwn) return false;
  return who.some((relation) => holds[relation](actor, subject));
}

/** What somebody hears who has not signed in. */
function notSignedIn({ refusal }: Actor): RequestError {
  return refusal ?? unauthenticated('MISSING');
}

/** Refuses mutations of anybody who has not signed in. */
export function assertSignedIn(actor: Actor): asserts actor is Actor & { accountId: string } {
  if (actor.accountId === null) throw notSignedIn(actor);
}

/** Reading what is public among partners: everybody signed in, or anybody where PUBLIC_READ is on. */
export function assertMayRead(actor: Actor, publicRead: boolean): void {
  if (!may(actor, 'read', { publicRead })) throw notSignedIn(actor);
}

/** Publish, update and cancel needs of a village. */
export function assertMayKeepNeeds(actor: Actor, village: VillagePlace): void {
  if (!may(actor, 'keepNeeds', { village })) throw new Refused(forbidden('forbidden.need'));
}

/** Drafts of a village, and its needs that were cancelled as drafts. */
export function maySeeDrafts(actor: Actor, village: VillagePlace): boolean {
  return may(actor, 'seeDrafts', { village });
}

/** Whose drafts somebody may see: all, those of some villages, those below some areas. */
export interface DraftScope {
  all: boolean;
  villageIds: readonly string[];
  areaCodes: readonly string[];
}

/** The same as `maySeeDrafts` says of each village, for lists. */
export function draftScopeOf(actor: Actor): DraftScope {
  const who: readonly Relation[] = permissions.seeDrafts.who;
  return {
    all: who.some((relation) => holds[relation](actor, {})),
    villageIds: who.includes('OWN_VILLAGE') && has(actor, 'VILLAGE') ? actor.villageIds : [],
    areaCodes: who.includes('OWN_AREA') && has(actor, 'COORDINATOR') ? actor.areaCodes : [],
  };
}

export function seesNoDrafts({ all, villageIds, areaCodes }: DraftScope): boolean {
  return !all && villageIds.length === 0 && areaCodes.length === 0;
}

/** The partner for whom this actor claims; only members claim, whatever other roles they have. */
export function claimantOf(actor: Actor): string {
  assertSignedIn(actor);
  if (!may(actor, 'claim') || actor.partnerId === null) throw new Refused(forbidden('forbidden.claim'));
  return actor.partnerId;
}

/**
 * The partner about whose chances somebody asks: one's own, or any for those who oversee. Throws FORBIDDEN, since
 * it is asked by queries.
 */
export function partnerAskedAbout(actor: Actor, partnerId: string | null): string {
  assertSignedIn(actor);
  const asked = partnerId ?? (has(actor, 'PARTNER') ? actor.partnerId : null);
  if (asked === null) throw new RequestError('FORBIDDEN', { key: 'forbidden.claim' });
  if (!may(actor, 'askForPartner', { partnerId: asked })) {
    throw new RequestError('FORBIDDEN', { key: 'forbidden.partner' });
  }
  return asked;
}

/** Commit, withdraw and report deliveries: members of the pledging partner. */
export function assertActsFor(actor: Actor, partnerId: string): void {
  assertSignedIn(actor);
  if (!may(actor, 'keepPledges', { partnerId })) throw new Refused(forbidden('forbidden.partner'));
}

/** Approve or decline a pledge in that village. */
export function assertMayDecide(actor: Actor, village: VillagePlace): void {
  assertSignedIn(actor);
  if (!may(actor, 'decide', { village })) throw new Refused(forbidden('forbidden.decide'));
}

/** Verify or dispute a delivery: who keeps the village's needs, and never the pledging partner's own people. */
export function assertMayVerify(actor: Actor, village: VillagePlace, pledgingPartnerId: string): void {
  if (may(actor, 'verify', { village, partnerId: pledgingPartnerId })) return;
  const otherwise = may(actor, 'verify', { village });
  throw new Refused(forbidden(otherwise ? 'forbidden.verify-own' : 'forbidden.need'));
}

/** Notes, reasons and evidence of a pledge and its deliveries. */
export function maySeePrivate(actor: Actor, village: VillagePlace, partnerId: string): boolean {
  return may(actor, 'seePrivate', { village, partnerId });
}

/** Reading the audit trail. Throws FORBIDDEN, since it is asked by a query. */
export function assertMayAudit(actor: Actor): void {
  assertSignedIn(actor);
  if (!may(actor, 'audit')) throw new RequestError('FORBIDDEN', { key: 'forbidden.audit' });
}

/** Register a partner or publish a policy that holds in these areas. */
export function mayGovern(actor: Actor, areaCodes: readonly string[]): boolean {
  return may(actor, 'govern', { areaCodes });
}

/** The account whose sessions a query asks for, one's own when it names none. Throws FORBIDDEN. */
export function accountToKeep(actor: Actor, accountId: string | null): string {
  assertSignedIn(actor);
  const whose = accountId ?? actor.accountId;
  if (!mayKeepAccess(actor, whose)) throw new RequestError('FORBIDDEN', { key: 'forbidden.access' });
  return whose;
}

/** The account whose sessions a mutation ends, one's own when it names none. */
export function assertMayKeepAccess(actor: Actor, accountId: string | null): string {
  assertSignedIn(actor);
  const whose = accountId ?? actor.accountId;
  if (!mayKeepAccess(actor, whose)) throw new Refused(forbidden('forbidden.access'));
  return whose;
}

/** Seeing accounts. Throws FORBIDDEN, since it is asked by a query. */
export function assertMaySeeAccounts(actor: Actor): void {
  assertSignedIn(actor);
  if (!may(actor, 'keepAccounts')) throw new RequestError('FORBIDDEN', { key: 'forbidden.accounts' });
}

/** Inviting, disabling and enabling accounts, and giving them roles. */
export function assertMayKeepAccounts(actor: Actor): asserts actor is Actor & { accountId: string } {
  assertSignedIn(actor);
  if (!may(actor, 'keepAccounts')) throw new Refused(forbidden('forbidden.accounts'));
}

/** Whether somebody sees and ends what that account is signed in by. */
export function mayKeepAccess(actor: Actor, accountId: string): boolean {
  return may(actor, 'keepAccess', { accountId });
}
