import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { CSRF_HEADERS } from './forgery.ts';
import type { Origins } from './origins.ts';
import { REQUEST_ID_HEADER } from './request-id.ts';

const PREFLIGHT_SECONDS = 600;

const POLICY = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // The editor of the workbench makes style sheets of its colours while it runs.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
  // A promise for the whole domain, which is for whoever ends TLS there to make.
  strictTransportSecurity: false,
});

/**
 * What helmet would write with each answer; it is always the same. Answers belong to their asker, so that nobody on the
 * way may store them; files of the page say otherwise.
 */
function headersOfPolicy(): Map<string, string> {
  const headers = new Map([['cache-control', 'no-store']]);
  const recorder = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => headers.delete(name),
  };
  POLICY({} as IncomingMessage, recorder as unknown as ServerResponse, () => undefined);
  return headers;
}

/**
 * What browsers are told with every answer: the page loads nothing that is not the hub's own, and nobody frames it;
 * pages of other sites read answers only where they are allowed.
 */
export async function tellBrowsers(app: FastifyInstance, origins: Origins): Promise<void> {
  const headers = headersOfPolicy();
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeaders(headers);
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  if (origins.allowed.length === 0) return;
  await app.register(cors, {
    origin: [...origins.allowed],
    methods: ['GET', 'POST'],
    allowedHeaders: ['content-type', 'accept-language', 'last-event-id', REQUEST_ID_HEADER, ...CSRF_HEADERS],
    exposedHeaders: [REQUEST_ID_HEADER, 'retry-after'],
    maxAge: PREFLIGHT_SECONDS,
  });
}
