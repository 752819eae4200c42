import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../kernel/problems.ts';
import { LIMITS } from './limits.ts';
import type { Origins } from './origins.ts';

/** Headers that no page can send to another site before its browser has asked that site. */
export const CSRF_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name', 'authorization'] as const;

const isJson = (contentType: string | undefined): boolean =>
  contentType?.split(';', 1)[0]!.trim().toLowerCase() === 'application/json';

/** Throws for what a page of another site could have made a browser send: it would not wait for our consent. */
function assertIntended({ method, headers }: FastifyRequest): void {
  if (method === 'POST') {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (isJson(headers['content-type']) && encoding === 'identity') return;
    throw new RequestError('UNSUPPORTED_MEDIA_TYPE', { key: 'request.media-type' });
  }
  if (isJson(headers['content-type']) || CSRF_HEADERS.some((name) => Boolean(headers[name]))) return;
  const params = { headers: CSRF_HEADERS.join(', ') };
  throw new RequestError('CSRF_PREVENTED', { key: 'request.forgery', params });
}

function assertOne({ body }: FastifyRequest): void {
  if (!Array.isArray(body)) return;
  const [counted, max] = [body.length, LIMITS.batch];
  throw new RequestError(
    'BATCH_REFUSED',
    { key: 'request.batch', params: { counted } },
    { limit: 'batch', counted, max },
  );
}

/**
 * For every route registered afterwards: requests of foreign pages, compressed bodies, which may be bombs, forms and
 * other bodies that need no consent, and batches are refused before any work is done.
 */
export function refuseForgery(app: FastifyInstance, origins: Origins): void {
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', (request, _, done) => {
    origins.assertAllowed(request.headers);
    assertIntended(request);
    done();
  });
  app.addHook('preHandler', (request, _, done) => {
    assertOne(request);
    done();
  });
}
