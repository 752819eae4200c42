import type { GraphQLFormattedError } from 'graphql';

const PASSING = new Set(['UNREACHABLE', 'CONNECTION_LOST', 'SERVICE_UNAVAILABLE']);

/**
 * Why an operation brought no answer. Refusals of a mutation are no errors: they are `problems` in its answer.
 *
 * `code` is the first error's, such as `UNAUTHENTICATED`, `FORBIDDEN`, `BAD_USER_INPUT` or `FEED_OVERFLOW`;
 * `UNREACHABLE` when the hub did not answer as a hub does; `CONNECTION_LOST` when a subscription's connection ended,
 * `REFUSED` when the hub ended it because of what this client sent.
 */
export class SinergiError extends Error {
  readonly code: string;
  readonly errors: readonly GraphQLFormattedError[];

  constructor(code: string, message: string, errors: readonly GraphQLFormattedError[] = [], cause?: unknown) {
    super(message, { cause });
    this.name = 'SinergiError';
    this.code = code;
    this.errors = errors;
  }

  static ofErrors(errors: readonly GraphQLFormattedError[]): SinergiError {
    const code = errors[0]?.extensions?.['code'];
    const message = errors.map((error) => error.message).join(' ');
    return new SinergiError(typeof code === 'string' ? code : 'UNKNOWN', message, errors);
  }

  /** After how many seconds the hub would look at the same operation; null where it did not say. */
  get retryAfterSeconds(): number | null {
    const seconds = this.errors[0]?.extensions?.['retryAfterSeconds'];
    return typeof seconds === 'number' ? seconds : null;
  }

  /**
   * Of UNAUTHENTICATED: MISSING without a token, INVALID for one that the hub never gave, EXPIRED, or ENDED when the
   * session or the token was ended or its account disabled; null for other codes.
   */
  get reason(): string | null {
    const reason = this.errors[0]?.extensions?.['reason'];
    return this.code === 'UNAUTHENTICATED' && typeof reason === 'string' ? reason : null;
  }

  /** Whether the same operation may well succeed later: the connection or the hub's database failed, not the operation. */
  get mayPass(): boolean {
    return PASSING.has(this.code);
  }
}
