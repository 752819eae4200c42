import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { RequestError, type RequestErrorCode } from '../kernel/problems.ts';
import { toClientError } from './graphql/errors.ts';
import { LIMITS } from './limits.ts';
import { localeOf } from './messages.ts';
import { clientRequestIdOf } from './request-id.ts';

const STATUS: Readonly<Partial<Record<string, number>>> = {
  BODY_TOO_LARGE: 413,
  FORBIDDEN: 403,
  FORBIDDEN_ORIGIN: 403,
  OPERATION_TOO_SLOW: 504,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
  TOO_MANY_OPERATIONS: 429,
  UNAUTHENTICATED: 401,
  UNSUPPORTED_MEDIA_TYPE: 415,
} satisfies Partial<Record<RequestErrorCode, number>>;

/** The status of an answer that is nothing but errors, of which the first has this code. */
export function httpStatusOf(code: unknown): number {
  return (typeof code === 'string' ? STATUS[code] : undefined) ?? 400;
}

/** What Fastify found wrong with a request, in the hub's own terms; anything else as it is. */
function inOwnTerms(error: FastifyError, { headers }: FastifyRequest): Error {
  if (error.statusCode === 413) {
    const max = LIMITS.bodyBytes;
    const counted = Number(headers['content-length'] ?? max + 1);
    const said = { key: 'request.body-too-large', params: { max } } as const;
    return new RequestError('BODY_TOO_LARGE', said, { limit: 'bodyBytes', counted, max });
  }
  if (error.statusCode === 415) {
    return new RequestError('UNSUPPORTED_MEDIA_TYPE', { key: 'request.media-type' });
  }
  // Whatever else is the client's own mistake, such as a path that leads out of the page's folder, is no failure of ours.
  const { statusCode = 500 } = error;
  return statusCode < 500 ? new RequestError('BAD_REQUEST', { key: 'request.bad' }) : error;
}

/** Answers what is refused, or fails, outside of any operation as GraphQL's clients expect it: with `errors`. */
export function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler(async (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const originalError = inOwnTerms(error, request);
    const hearer = {
      locale: localeOf(request.headers['accept-language']),
      requestId: request.id,
      clientRequestId: clientRequestIdOf(request),
    };
    const shown = new GraphQLError(originalError.message, { originalError });
    const formatted = toClientError(shown, hearer, logger);
    const { code, retryAfterSeconds } = formatted.extensions ?? {};
    if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds));
    if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
    const status = code === 'INTERNAL_SERVER_ERROR' ? 500 : httpStatusOf(code);
    return reply.code(status).send({ errors: [formatted] });
  });
}
