import { randomUUID } from 'node:crypto';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastifyStatic from '@fastify/static';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { startApollo } from './apollo.ts';
import { serveEventStreams } from './event-stream.ts';
import { LIMITS } from './limits.ts';
import type { Context } from './graphql/context.ts';
import type { DirectReads } from './graphql/direct-reads.ts';
import { mediaTypeFor } from './graphql/media-type.ts';
import type { LiveOptions } from './live/live-options.ts';

/** Whether the hub can do its work, and what it lacks. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, boolean>;
}

export interface HttpOptions extends LiveOptions {
  readiness: () => Promise<Readiness>;
  directReads: DirectReads;
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

/** As what an answer is sent that Apollo need not see; null for requests whose form it must judge. */
function directTypeOf({ method, headers }: FastifyRequest): string | null {
  const isJson = method === 'POST' && headers['content-type']?.startsWith('application/json') === true;
  return isJson ? mediaTypeFor(headers.accept) : null;
}

/** The HTTP side: `/graphql`, the health pages, and the workbench at `/`. Not yet listening. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const apollo = await startApollo(options);
  const app = createApp(options.logger);
  const contextFor = ({ headers, ip, id }: FastifyRequest) =>
    options.contextOf({
      authorization: headers.authorization,
      acceptLanguage: headers['accept-language'],
      address: ip,
      requestId: id,
    });
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: async (request, reply) => {
      let asked: Promise<Context> | undefined;
      const context = () => (asked ??= contextFor(request));
      const type = directTypeOf(request);
      if (type !== null) {
        const answer = await context().then(
          (known) => options.directReads.answer(request.body, known),
          () => null,
        );
        if (answer !== null) return reply.type(type).send(answer);
      }
      const answerByApollo = fastifyApolloHandler(apollo, { context });
      return answerByApollo.call(app, request, reply);
    },
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
