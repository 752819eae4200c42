import { randomUUID } from 'node:crypto';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { startApollo } from './apollo.ts';
import { serveEventStreams } from './event-stream.ts';
import { LIMITS } from './limits.ts';
import type { PlannedReads } from './graphql/planned-reads.ts';
import type { LiveOptions } from './live/live-options.ts';

/** Whether the hub can do its work, and what it lacks. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, boolean>;
}

export interface HttpOptions extends LiveOptions {
  readiness: () => Promise<Readiness>;
  plannedReads: PlannedReads;
  /** Folder of the built workbench page. */
  pageDir: string;
  /** The demo's accounts for the page's sign-in box; none outside of the demo. */
  demoAccounts: () => Promise<{ email: string; name: string }[]>;
}

/** The workbench: its assets carry their hash in their names, so that only the page itself is asked for anew. */
async function servePage(app: FastifyInstance, pageDir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: pageDir,
    prefix: '/workbench/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
  });
  app.get('/', (_, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false }),
  );
}

/** A web server with the hub's settings, which serves nothing yet. */
export function createApp(loggerInstance: FastifyBaseLogger): FastifyInstance {
  return Fastify({
    loggerInstance,
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LIMITS.bodyBytes,
    forceCloseConnections: true,
  });
}

/** The HTTP side: `/graphql`, the health pages, and the workbench at `/`. Not yet listening. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const apollo = await startApollo(options);
  const app = createApp(options.logger);
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: fastifyApolloHandler(apollo, {
      context: ({ headers, ip, id }) =>
        options.contextOf({
          authorization: headers.authorization,
          acceptLanguage: headers['accept-language'],
          address: ip,
          requestId: id,
        }),
    }),
  });
  serveEventStreams(app, options);
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_, reply) => {
    const { ready, checks } = await options.readiness();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
  });
  app.get('/workbench.json', async () => {
    const accounts = await options.demoAccounts();
    return { demo: accounts.length > 0, accounts };
  });
  await servePage(app, options.pageDir);
  app.addHook('onClose', () => apollo.stop());
  return app;
}
