import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { Refused, RequestError } from '../../kernel/problems.ts';
import { READ_TIMEOUT_MS } from '../database-settings.ts';
import { type Locale, say } from '../messages.ts';
import { logOutage } from '../outage-log.ts';
import { outageCodeOf, outageError } from '../outage.ts';
import { sqlState } from '../retry.ts';
import { Abandoned } from '../wanted.ts';
import { argumentOf } from './argument-path.ts';

/**
 * A fault of the document or its variables. graphql-js has the same class of error for an answer that does not fit
 * its type, which is our fault: that one has a path, and does not speak of an argument.
 */
function isOfTheRequest({ originalError, path, message, extensions }: GraphQLError): boolean {
  if (originalError != null && !(originalError instanceof GraphQLError)) return false;
  return path === undefined || typeof extensions['code'] === 'string' || message.startsWith('Argument "');
}

/** SQLSTATE of a statement that took longer than its `statement_timeout`. */
const TIMED_OUT = '57014';

/** What the client is told of a read that failed by what was asked of it; null for a failure of ours. */
export function refusalOfRead(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error;
  if (sqlState(error) !== TIMED_OUT) return null;
  return new RequestError('OPERATION_TOO_SLOW', {
    key: 'query.too-slow',
    params: { seconds: READ_TIMEOUT_MS / 1000 },
  });
}

function shown(
  cause: RequestError,
  { locations, path }: GraphQLError,
  locale: Locale,
): GraphQLFormattedError {
  const extensions = { code: cause.code, ...cause.details };
  return { message: say(locale, cause.said), locations, path, extensions };
}

/** Who hears of an error, and under which name its request is in the log. */
export interface Hearer {
  readonly locale: Locale;
  readonly requestId: string;
  /** How the client itself calls it; null or absent where it does not. */
  readonly clientRequestId?: string | null;
}

/** Logs what is nobody's mistake, and says as much of it as a client may know. */
function failure(
  error: GraphQLError,
  err: Error,
  { locale, requestId, clientRequestId }: Hearer,
  logger: Logger,
): GraphQLFormattedError {
  const { locations, path } = error;
  const named = { requestId, ...(clientRequestId != null && { clientRequestId }) };
  const outage = outageCodeOf(err);
  if (outage !== null) {
    logOutage(logger, outage, { err, ...named, path });
    return shown(outageError(), error, locale);
  }
  const id = randomUUID();
  // Whoever asked has gone, so that nobody hears of it.
  if (!(err instanceof Abandoned)) {
    logger.error({ err, errorId: id, ...named, path }, 'an operation failed');
  }
  return {
    message: say(locale, { key: 'error.internal', params: { id } }),
    locations,
    path,
    extensions: { code: 'INTERNAL_SERVER_ERROR', id, requestId },
  };
}

/**
 * What a client hears of an error, on every transport: its own mistakes in its own language with a code; of a database
 * that is away when to ask again; of ours only an id, under which the log has the rest.
 */
export function toClientError(error: GraphQLError, hearer: Hearer, logger: Logger): GraphQLFormattedError {
  const { locale } = hearer;
  const { locations, path } = error;
  const cause = refusalOfRead(error.originalError) ?? error.originalError;
  if (cause instanceof RequestError) return shown(cause, error, locale);
  if (cause instanceof Refused) {
    const [problem] = cause.problems;
    const code = problem!.kind === 'Forbidden' ? 'FORBIDDEN' : 'BAD_USER_INPUT';
    return { message: say(locale, problem!), locations, path, extensions: { code } };
  }
  if (isOfTheRequest(error)) {
    const { code } = error.extensions;
    const known = typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
    const argument = argumentOf(error);
    const extensions = {
      code: known ? code : 'BAD_USER_INPUT',
      ...(argument !== null && { argument }),
    };
    return { message: error.message, locations, path, extensions };
  }
  return failure(error, cause ?? error, hearer, logger);
}
