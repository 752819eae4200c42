import type { Scope } from './actor.ts';

/** Who somebody can be to the thing in question, in the words of docs/access.md. */
export const relations = {
  ANYBODY: 'anybody',
  READER: 'anybody signed in; anybody at all where `PUBLIC_READ` is on',
  SIGNED_IN: 'anybody signed in',
  SELF: 'whose account it is',
  MEMBER: 'members of a partner, for that partner',
  OWN_PARTNER: 'members of the partner concerned',
  OWN_VILLAGE: 'who speaks for the village',
  OWN_AREA: 'coordinators of an area that holds all of it',
  COORDINATOR: 'coordinators, of whatever area',
  AUDITOR: 'auditors',
  ADMIN: 'administrators',
} as const;
export type Relation = keyof typeof relations;

export interface Permission {
  /** What is permitted, in the words of docs/access.md. */
  to: string;
  who: readonly Relation[];
  /** Who is refused none the less. */
  never?: 'OWN_PARTNER';
  because: string;
  /** The scope that an API token needs for it; without one it is for sessions alone. */
  scope?: Scope;
}

/**
 * Who may do and see what: the one table of rules. The functions of access.rules.ts decide by it, api-access.ts says
 * by which of them each field of the API is ruled, and docs/access.md shows it. What stands nowhere here is nobody's.
 */
export const permissions = {
  comeIn: { to: 'sign in; accept an invitation', who: ['ANYBODY'], because: 'nobody is known before' },
  leave: {
    to: 'sign out; make API tokens of one’s own',
    who: ['SIGNED_IN'],
    because: 'whoever came in may leave, and let a system in',
  },
  keepAccess: {
    to: 'see and end the sessions and API tokens of an account',
    who: ['SELF', 'ADMIN'],
    because: 'they are its own keys; an administrator ends them when they are lost',
  },
  keepAccounts: {
    to: 'see accounts; invite, disable and enable them, and give them roles',
    who: ['ADMIN'],
    because: 'whoever gives rights could give them to themselves',
  },
  read: {
    to: 'read areas, villages, needs, pledges, partners, balances, policies and the feed',
    who: ['READER'],
    because: 'partners help where they see what is needed, and what others do',
    scope: 'READ',
  },
  seeDrafts: {
    to: 'see drafts, and needs that were cancelled as drafts',
    who: ['OWN_VILLAGE', 'OWN_AREA', 'AUDITOR', 'ADMIN'],
    because: 'a draft is the village’s own paper until it is published',
    scope: 'READ',
  },
  seePrivate: {
    to: 'see notes, reasons and evidence of pledges and deliveries',
    who: ['OWN_PARTNER', 'OWN_VILLAGE', 'OWN_AREA', 'AUDITOR', 'ADMIN'],
    because: 'they are written between a partner, a village and those who answer for both',
    scope: 'READ',
  },
  askForPartner: {
    to: 'ask what a partner could claim',
    who: ['OWN_PARTNER', 'COORDINATOR', 'AUDITOR', 'ADMIN'],
    because: 'a partner’s chances are its own, and of those who oversee all',
    scope: 'READ',
  },
  keepNeeds: {
    to: 'publish, draft, update and cancel needs',
    who: ['OWN_VILLAGE', 'OWN_AREA', 'ADMIN'],
    because: 'the village says what it needs',
    scope: 'NEEDS',
  },
  claim: {
    to: 'claim a part of a need',
    who: ['MEMBER'],
    because: 'only a partner can promise its own help, whatever else somebody is',
    scope: 'CLAIM',
  },
  keepPledges: {
    to: 'commit and withdraw pledges, report deliveries',
    who: ['OWN_PARTNER'],
    because: 'the same',
    scope: 'CLAIM',
  },
  verify: {
    to: 'verify and dispute deliveries',
    who: ['OWN_VILLAGE', 'OWN_AREA', 'ADMIN'],
    never: 'OWN_PARTNER',
    because: 'nobody confirms the arrival of their own help',
    scope: 'NEEDS',
  },
  decide: {
    to: 'approve and decline pledges',
    who: ['OWN_AREA', 'ADMIN'],
    because: 'exceptions from the balance are the coordinator’s to grant',
    scope: 'GOVERN',
  },
  audit: {
    to: 'read the audit trail',
    who: ['AUDITOR', 'ADMIN'],
    because: 'it tells who did what, from where',
    scope: 'READ',
  },
  govern: {
    to: 'register partners, publish policies',
    who: ['OWN_AREA', 'ADMIN'],
    because: 'what holds in an area is decided by who coordinates all of it',
    scope: 'GOVERN',
  },
} as const satisfies Record<string, Permission>;
export type Act = keyof typeof permissions;
