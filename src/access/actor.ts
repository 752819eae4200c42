import type { RequestError } from '../kernel/problems.ts';

export type Role = 'ADMIN' | 'COORDINATOR' | 'PARTNER' | 'VILLAGE' | 'AUDITOR';

/** What an API token may be used for: the rows of the table of rights. */
export type Scope = 'READ' | 'NEEDS' | 'CLAIM' | 'GOVERN';

/** From where, and through which token, somebody asks: for the audit trail, never for what they may do. */
export interface Origin {
  /** The client's network address, as this hub sees it. */
  address: string | null;
  /** The request's name in the log. */
  requestId: string | null;
  /** Which token it is (its `jti`), and never the token itself. */
  tokenId: string | null;
}

/** Who is asking, as the access rules see them. */
export interface Actor {
  /** Null for somebody who has not signed in. */
  accountId: string | null;
  roles: readonly Role[];
  /** The partner whose member this is. */
  partnerId: string | null;
  /** Codes of the areas a coordinator coordinates; each covers all areas below it. */
  areaCodes: readonly string[];
  villageIds: readonly string[];
  /** What the token is for, at the most; null for a session, which is for everything. They only narrow. */
  scopes: readonly Scope[] | null;
  /** Of somebody who is not signed in: why, when it is not for want of a token. */
  refusal?: RequestError;
  origin: Origin;
}

/** No request led to it. */
export const noOrigin: Origin = { address: null, requestId: null, tokenId: null };

export const anonymous: Actor = {
  accountId: null,
  roles: [],
  partnerId: null,
  areaCodes: [],
  villageIds: [],
  scopes: null,
  origin: noOrigin,
};

/** True when the area `code` is `above` or lies below it in the official tree. */
export function isWithin(code: string, above: string): boolean {
  return code === above || code.startsWith(`${above}.`);
}

/** All that the access rules look at, as text: who has the same may and sees the same. */
export function permissionsOf({
  roles,
  partnerId,
  areaCodes,
  villageIds,
}: Pick<Actor, 'roles' | 'partnerId' | 'areaCodes' | 'villageIds'>): string {
  return JSON.stringify([roles.toSorted(), partnerId, areaCodes.toSorted(), villageIds.toSorted()]);
}
