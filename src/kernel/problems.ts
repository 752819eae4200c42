import { ENTRIES } from './bounds.ts';
import type { MessageKey } from './messages/en.ts';

/** What a message's placeholders stand for. */
export type MessageParams = Readonly<Record<string, string | number>>;

/** A sentence to be said later, in whatever language the client reads. */
export interface Message {
  key: MessageKey;
  params?: MessageParams;
}

interface ProblemBase extends Message {
  /** Where in the mutation's arguments the fault lies, `['input', 'quantity']`. */
  path: string[] | null;
}

/** Why a mutation did not happen, as data; the names are the GraphQL types of the contract. */
export type Problem =
  | (ProblemBase & { kind: 'InvalidInput' | 'NotFound' | 'Forbidden' | 'IdempotencyConflict' })
  | (ProblemBase & { kind: 'WrongState'; status: string })
  | (ProblemBase & { kind: 'StaleVersion'; currentVersion: number })
  | (ProblemBase & { kind: 'NotEnoughRemaining'; remaining: number })
  | (ProblemBase & { kind: 'TooManyAttempts'; retryAt: Date })
  | (ProblemBase & { kind: 'BalanceRuleBroken'; verdict: Verdict });

export type Rule = 'RECIPROCITY' | 'PARTNER_SHARE' | 'COLOUR_SHARE' | 'SPREAD' | 'CAPACITY';
export type Outcome = 'PASS' | 'ADVISE' | 'APPROVAL' | 'REJECT';

/** One balance rule's answer to one claim. `before`, `after` and `limit` are in `unit`. */
export interface Verdict {
  rule: Rule;
  outcome: Outcome;
  broken: boolean;
  before: number;
  after: number;
  limit: number;
  unit: 'IDR' | 'RATIO' | 'COUNT';
}

/** Thrown inside a transaction to undo it and answer with problems: the first 20 of them. */
export class Refused extends Error {
  readonly problems: readonly Problem[];

  constructor(...problems: Problem[]) {
    super(problems.map((problem) => `${problem.kind} ${problem.key}`).join('; '));
    this.name = 'Refused';
    this.problems = problems.slice(0, ENTRIES.problems);
  }
}

export function invalid(path: string[], key: MessageKey, params?: MessageParams): Problem {
  return { kind: 'InvalidInput', path, key, params };
}

export function notFound(path: string[], key: MessageKey): Problem {
  return { kind: 'NotFound', path, key };
}

export function forbidden(key: MessageKey): Problem {
  return { kind: 'Forbidden', path: null, key };
}

export function wrongState(
  key: MessageKey,
  status: string,
  path: string[] | null = null,
  params: MessageParams = {},
): Problem {
  return { kind: 'WrongState', path, key, params: { ...params, status }, status };
}

export type RequestErrorCode =
  | 'UNAUTHENTICATED'
  | 'PERMISSIONS_CHANGED'
  | 'SERVICE_UNAVAILABLE'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'ANSWER_TOO_LARGE'
  | 'OPERATION_TOO_LARGE'
  | 'OPERATION_TOO_SLOW'
  | 'RATE_LIMITED'
  | 'TOO_MANY_OPERATIONS'
  | 'FEED_OVERFLOW'
  | 'FEED_RESTORED'
  | 'AUDIT_RESTORED'
  | RefusedRequestCode;

/** Of requests that are refused before anybody looks at an operation. */
export type RefusedRequestCode =
  | 'BAD_REQUEST'
  | 'BATCH_REFUSED'
  | 'BODY_TOO_LARGE'
  | 'CSRF_PREVENTED'
  | 'FORBIDDEN_ORIGIN'
  | 'OPERATION_NOT_PERSISTED'
  | 'PERSISTED_QUERY_MISMATCH'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  | 'UNSUPPORTED_MEDIA_TYPE';

/** A client's own mistake in a query or subscription: becomes a GraphQL error with that code. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly said: Message;
  /** What else the client is told, under `extensions`. */
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: RequestErrorCode,
    said: Message,
    details: Readonly<Record<string, string | number>> = {},
  ) {
    super(said.key);
    this.name = 'RequestError';
    this.code = code;
    this.said = said;
    this.details = details;
  }
}

/**
 * Why somebody counts as not signed in: no token; one that is not ours or was altered; one of ours that has expired; one
 * of ours whose session was ended, that was revoked, or whose account is disabled. EXPIRED and ENDED are only said to
 * whoever holds a token with a good signature.
 */
export type UnauthenticatedReason = 'MISSING' | 'INVALID' | 'EXPIRED' | 'ENDED';

const UNAUTHENTICATED_MESSAGES = {
  MISSING: 'auth.required',
  INVALID: 'auth.invalid',
  EXPIRED: 'auth.expired',
  ENDED: 'auth.ended',
} as const satisfies Record<UnauthenticatedReason, MessageKey>;

/** The error UNAUTHENTICATED with its `reason`. */
export function unauthenticated(reason: UnauthenticatedReason): RequestError {
  return new RequestError('UNAUTHENTICATED', { key: UNAUTHENTICATED_MESSAGES[reason] }, { reason });
}

export function badArgument(argument: string, key: MessageKey, params?: MessageParams): RequestError {
  return new RequestError('BAD_USER_INPUT', { key, params }, { argument });
}
