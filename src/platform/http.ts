import { randomUUID } from 'node:crypto';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { GraphQLError } from 'graphql';
import { serveEventStreams } from './event-stream.ts';
import { answerSizeError } from './graphql/answer-size.ts';
import type { Context } from './graphql/context.ts';
import { toClientError } from './graphql/errors.ts';
import { PARSE_LIMITS } from './graphql/documents.ts';
import type { LiveOptions } from './live/live-options.ts';
import type { Locale } from './messages.ts';

/** Whether the hub can do its work, and what it lacks. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, boolean>;
}

export interface HttpOptions extends LiveOptions {
  readiness: () => Promise<Readiness>;
  /** Folder of the built workbench page. */
  pageDir: string;
  /** The demo's accounts for the page's sign-in box; none outside of the demo. */
  demoAccounts: () => Promise<{ email: string; name: string }[]>;
}

const MAX_BODY_BYTES = 1_000_000;

/** Remembers the language of the request that each error belongs to, since the formatter is not told. */
function languageOfErrors(languages: WeakMap<object, Locale>): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ errors, contextValue }) => {
          for (const error of errors) languages.set(error, contextValue.locale);
          return Promise.resolve();
        },
      }),
  };
}

/** Refuses what could have a larger answer than one operation may. */
const limitAnswers: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, document, operationName, request }) => {
        const tooLarge = answerSizeError({
          schema,
          document,
          operationName,
          variableValues: request.variables,
        });
        return tooLarge === null ? Promise.resolve() : Promise.reject(tooLarge);
      },
    }),
};

async function startApollo({ schema, logger }: HttpOptions): Promise<ApolloServer<Context>> {
  const languages = new WeakMap<object, Locale>();
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: PARSE_LIMITS,
    logger,
    plugins: [
      languageOfErrors(languages),
      limitAnswers,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
    formatError: (formatted, error) => {
      if (!(error instanceof GraphQLError)) return formatted;
      return toClientError(error, languages.get(error) ?? 'id', logger);
    },
  });
  await apollo.start();
  return apollo;
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

/** The HTTP side: `/graphql`, the health pages, and the workbench at `/`. Not yet listening. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const apollo = await startApollo(options);
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = Fastify({
    loggerInstance,
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
  });
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
