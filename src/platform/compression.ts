import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import QuickLRU from 'quick-lru';

/** A smaller answer fits in one packet as it is. */
const LEAST_BYTES = 1400;
/** Beyond these both take more CPU than they save bytes: bench/compression.ts. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 6 };

type Encoding = 'br' | 'gzip';

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** Clients send the same few headers. */
const chosen = new QuickLRU<string, Encoding | null>({ maxSize: 100 });

const isBrotli = (part: string): boolean => /^\s*br\s*(?:;|$)/i.test(part);

/** In which encoding an answer is sent for this `Accept-Encoding`: Brotli where the client likes it no less; null for neither. */
export function encodingFor(accept: string | undefined): Encoding | null {
  if (accept === undefined) return null;
  const known = chosen.get(accept);
  if (known !== undefined) return known;
  // Of what a client likes alike Negotiator takes what stands first, and browsers write gzip first.
  const parts = accept.split(',').toSorted((one, other) => Number(isBrotli(other)) - Number(isBrotli(one)));
  const negotiator = new Negotiator({ headers: { 'accept-encoding': parts.join(',') } });
  const best = negotiator.encoding(['br', 'gzip', 'identity']);
  const encoding = best === 'br' || best === 'gzip' ? best : null;
  chosen.set(accept, encoding);
  return encoding;
}

/**
 * Compresses what the routes registered afterwards answer, on threads of their own. Not small answers, not streams, and
 * nothing that `isRead` does not vouch for: answers with secrets, whose length could tell of them (BREACH).
 */
export function compressReads(app: FastifyInstance, isRead: (request: FastifyRequest) => boolean): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const vary = reply.getHeader('vary');
    reply.header('vary', vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`);
    if (typeof payload !== 'string' || Buffer.byteLength(payload) < LEAST_BYTES) return payload;
    const encoding = encodingFor(request.headers['accept-encoding']);
    if (encoding === null || !isRead(request)) return payload;
    reply.header('content-encoding', encoding);
    reply.removeHeader('content-length');
    return encoding === 'br' ? toBrotli(payload, BROTLI) : toGzip(payload, GZIP);
  });
}
