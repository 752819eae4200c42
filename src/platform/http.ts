import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastifyStatic from '@fastify/static';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteHandlerMethod,
} from 'fastify';
import { getOperationAST, OperationTypeNode } from 'graphql';
import { RequestError } from '../kernel/problems.ts';
import { isRecord } from '../kernel/record.ts';
import { startApollo } from './apollo.ts';
import { serveEventStreams } from './event-stream.ts';
import { refuseForgery } from './forgery.ts';
import type { ForwardingWatch } from './forwarding-watch.ts';
import type { PersistedOperations } from './graphql/persisted-operations.ts';
import { sentOperation, withoutEmpty } from './graphql/sent-operation.ts';
import type { JobState } from './job-runs.ts';
import { LIMITS } from './limits.ts';
import type { Context, RequestHead } from './graphql/context.ts';
import type { DirectReads } from './graphql/direct-reads.ts';
import type { Documents } from './graphql/documents.ts';
import { mediaTypeFor } from './graphql/media-type.ts';
import type { LiveOptions } from './live/live-options.ts';
import { tellBrowsers } from './page-headers.ts';
import { addressOf, type Trust, trustIn } from './proxies.ts';
import { compressReads } from './compression.ts';
import { withoutEmptyParameters } from './empty-parameters.ts';
import { answerErrors } from './request-errors.ts';
import { clientRequestIdOf, newRequestId } from './request-id.ts';
import { whileOpen, whileWanted } from './wanted.ts';
import { SignInRequests } from './sign-in-requests.ts';
import { isWebSocketUpgrade } from './upgrades.ts';

/** Whether the hub can do its work, and what it lacks. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, boolean>;
  /** How far this node's clock is ahead of PostgreSQL's. */
  clock: { differenceMs: number };
  /** By name: when each job last ran on any node. One that is late makes no node unready. */
  jobs: Readonly<Record<string, JobState>>;
}

export interface HttpOptions extends LiveOptions {
  readiness: () => Promise<Readiness>;
  forwarding: ForwardingWatch;
  directReads: DirectReads;
  /** How long a connection is kept open for its next request. */
  keepAliveMs: number;
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

/** So long a request may take to arrive; Fastify would wait for ever, for any number of them. */
const ARRIVES_WITHIN_MS = 60_000;
/** Its head is small. What is late is looked for so often. */
const HEAD_ARRIVES_WITHIN_MS = 20_000;
const LATE_CHECK_MS = 5000;

export interface AppOptions {
  /** Which addresses are proxies; none when absent. */
  isProxy?: Trust;
  /** How long a connection is kept open for its next request. */
  keepAliveMs?: number;
}

/** A web server with the hub's settings, which serves nothing yet. */
export function createApp(loggerInstance: FastifyBaseLogger, options: AppOptions = {}): FastifyInstance {
  const { isProxy = trustIn([]), keepAliveMs = 72_000 } = options;
  return Fastify({
    loggerInstance,
    genReqId: newRequestId,
    trustProxy: isProxy,
    logController: new LogController({ disableRequestLogging: true }),
    rewriteUrl: ({ url = '/' }) => withoutEmptyParameters(url),
    http: {
      shouldUpgradeCallback: isWebSocketUpgrade,
      headersTimeout: HEAD_ARRIVES_WITHIN_MS,
      connectionsCheckingInterval: LATE_CHECK_MS,
    },
    bodyLimit: LIMITS.bodyBytes,
    keepAliveTimeout: keepAliveMs,
    requestTimeout: ARRIVES_WITHIN_MS,
    forceCloseConnections: true,
  });
}

/** As what an answer is sent that Apollo need not see; null for requests whose form it must judge. */
function directTypeOf({ method, headers }: FastifyRequest): string | null {
  return method === 'POST' ? mediaTypeFor(headers.accept) : null;
}

/** Puts the text of a persisted operation where Apollo looks for it, and leaves out what was sent empty. */
function takeText(request: FastifyRequest, persisted: PersistedOperations): void {
  const asked = request.method === 'GET' ? request.query : request.body;
  if (!isRecord(asked)) return;
  const query = persisted.textOf(asked);
  if (request.method === 'GET') return;
  const sent = withoutEmpty(asked);
  request.body = sent;
  if (!isRecord(sent['extensions'])) return;
  const others = Object.entries(sent['extensions']).filter(([name]) => name !== 'persistedQuery');
  request.body = { ...sent, extensions: Object.fromEntries(others), ...(query !== null && { query }) };
}

/**
 * Whether it changes nothing, so that it may be given up when nobody waits for it, and its answer may be compressed: one
 * to anything else may hold a secret.
 */
function isRead({ method, body }: FastifyRequest, documents: Documents): boolean {
  if (method === 'GET') return true;
  const sent = isRecord(body) ? sentOperation(body) : null;
  const document = sent === null ? [] : documents.read(sent.query);
  if (!('kind' in document)) return false;
  return getOperationAST(document, sent?.operationName)?.operation === OperationTypeNode.QUERY;
}

/** The context of a request that has knocked at its asker's allowance; those that sign in have one of their own. */
function contextsFor(
  options: HttpOptions,
): (request: FastifyRequest, signal: AbortSignal) => Promise<Context> {
  const signIns = new SignInRequests(options.documents, options.persisted);
  const knocked = async (
    { headers, raw, id }: FastifyRequest,
    how: Pick<RequestHead, 'signal' | 'isSignIn'>,
  ): Promise<Context> => {
    const context = await options.contextOf({
      authorization: headers.authorization,
      acceptLanguage: headers['accept-language'],
      address: addressOf(raw, options.isProxy),
      requestId: id,
      clientRequestId: clientRequestIdOf(raw),
      ...how,
    });
    context.allowance.knock();
    return context;
  };
  return async (request, signal) => {
    const { body } = request;
    const candidate = request.method === 'POST' ? signIns.candidateIn(body) : null;
    if (candidate === null) return knocked(request, { signal });
    // Knocked before the document is read: what only looks like a sign-in is not read for nothing.
    const context = await knocked(request, { signal, isSignIn: true });
    const operationName = isRecord(body) ? body['operationName'] : null;
    return signIns.isOne(candidate, operationName) ? context : knocked(request, { signal });
  };
}

/** One operation a request, counted among those that its account runs, and begun only when the account may. */
function answerOperations(apollo: ApolloServer<Context>, options: HttpOptions): RouteHandlerMethod {
  const contextFor = contextsFor(options);
  const perform = async (
    app: FastifyInstance,
    request: FastifyRequest,
    reply: FastifyReply,
    context: Context,
  ) => {
    const type = directTypeOf(request);
    const direct = type === null ? null : await options.directReads.answer(request.body, context);
    if (type !== null && direct !== null) return reply.type(type).send(direct);
    const ordinary = fastifyApolloHandler(apollo, { context: () => Promise.resolve(context) });
    return ordinary.call(app, request, reply);
  };
  return async function answer(request, reply) {
    const signal = whileOpen(reply.raw);
    const context = await contextFor(request, signal);
    const { allowance, usage } = context;
    takeText(request, options.persisted);
    const end = allowance.begin();
    const answerIt = () => usage.within(() => perform(this, request, reply, context));
    try {
      return await (isRead(request, options.documents) ? whileWanted(signal, answerIt) : answerIt());
    } finally {
      end();
      usage.settle();
    }
  };
}

async function serveGraphql(app: FastifyInstance, options: HttpOptions): Promise<void> {
  const apollo = await startApollo(options);
  app.addHook('onClose', () => apollo.stop());
  refuseForgery(app, options.origins);
  compressReads(app, (request) => isRead(request, options.documents));
  app.route({ url: '/graphql', method: ['GET', 'POST'], handler: answerOperations(apollo, options) });
  serveEventStreams(app, options);
}

/** Looks at every request before its body is read. */
function keepInBounds(app: FastifyInstance, { addresses, forwarding }: HttpOptions): void {
  addresses.guard(app.server);
  app.addHook('onRequest', (request, reply, done) => {
    forwarding.see(request.raw);
    if (addresses.admitBody(request.raw)) {
      done();
      return;
    }
    reply.header('connection', 'close');
    done(
      new RequestError(
        'TOO_MANY_OPERATIONS',
        { key: 'rate.too-many-arriving' },
        { limit: 'connectionsPerAddress', retryAfterSeconds: 5 },
      ),
    );
  });
}

/** The HTTP side: `/graphql`, the health pages, and the workbench at `/`. Not yet listening. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const app = createApp(options.logger, options);
  answerErrors(app, options.logger);
  keepInBounds(app, options);
  await tellBrowsers(app, options.origins);
  await app.register((scope) => serveGraphql(scope, options));
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_, reply) => {
    const { ready, ...found } = await options.readiness();
    const { warnings } = options.forwarding;
    const status = ready ? 'ready' : 'not ready';
    return reply.code(ready ? 200 : 503).send({ status, ...found, ...(warnings.length > 0 && { warnings }) });
  });
  app.get('/workbench.json', async () => {
    const accounts = await options.demoAccounts();
    return { demo: accounts.length > 0, accounts };
  });
  await servePage(app, options.pageDir);
  return app;
}
