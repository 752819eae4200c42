import type { Role } from '../access/actor.ts';
import { forcedToLine } from '../kernel/plain-text.ts';
import { isEmailAddress, isStorable } from '../kernel/text.ts';

/** Signatures that need no secret of the hub's: what an issuer's key may be asked to prove. */
export const issuerAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** An OpenID issuer whose access tokens are taken, and what their claims say of an account. */
export interface IssuerSettings {
  /** Its `iss`, letter by letter. */
  issuer: string;
  /** What its tokens for this hub have in `aud`. */
  audience: string;
  algorithms: readonly string[];
  clockSkewSeconds: number;
  claims: ClaimNames;
  /** The roles that each value of the claim `roles` gives. */
  roles: ReadonlyMap<string, readonly Role[]>;
}

/** What the claims are called. */
export interface ClaimNames {
  roles: string;
  /** The code or the id of the partner that a PARTNER is a member of. */
  partner: string;
  /** The codes of the areas that a COORDINATOR coordinates. */
  areas: string;
  /** The codes or the ids of the villages that a VILLAGE speaks for. */
  villages: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/** What an account is to have, as its issuer calls it. */
export interface ClaimedRights {
  roles: readonly Role[];
  partner: string | null;
  areas: readonly string[];
  villages: readonly string[];
}

const MAX_NAME = 200;

const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A claim by its whole name, which may have dots; otherwise by the dots of it, as in `realm_access.roles`. */
function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (!isClaims(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The texts of a claim: those of a list, or the words of one text. What no database holds is in none. */
function textsAt(claims: Claims, name: string): string[] {
  const value = claimAt(claims, name);
  const all: unknown[] = typeof value === 'string' ? value.split(/\s+/) : Array.isArray(value) ? value : [];
  const texts = all.filter((one): one is string => typeof one === 'string' && one !== '');
  return [...new Set(texts.filter(isStorable))];
}

/** What the claims give. What belongs to a role that they do not give is left out. */
export function rightsIn(claims: Claims, { claims: names, roles }: IssuerSettings): ClaimedRights {
  const given = new Set(textsAt(claims, names.roles).flatMap((value) => roles.get(value) ?? []));
  const partners = given.has('PARTNER') ? textsAt(claims, names.partner) : [];
  return {
    roles: [...given].toSorted(),
    // Of two partners neither is meant for sure.
    partner: partners.length === 1 ? partners[0]! : null,
    areas: given.has('COORDINATOR') ? textsAt(claims, names.areas) : [],
    villages: given.has('VILLAGE') ? textsAt(claims, names.villages) : [],
  };
}

/** What somebody is called: by their name, by the name they sign in with, or by their subject. */
export function nameIn(claims: Claims, subject: string): string {
  const said = [claims['name'], claims['preferred_username'], subject];
  const names = said.map((value) => (typeof value === 'string' ? shortened(forcedToLine(value)) : ''));
  return names.find((name) => name !== '') ?? '?';
}

const shortened = (name: string) => forcedToLine(Array.from(name).slice(0, MAX_NAME).join(''));

/** An address that the issuer has verified; null otherwise. */
export function emailIn(claims: Claims): string | null {
  const { email, email_verified: isVerified } = claims;
  if (isVerified !== true || typeof email !== 'string') return null;
  const address = email.normalize('NFC').trim().toLowerCase();
  return isEmailAddress(address) ? address : null;
}
