import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLResponse,
  HeaderMap,
  type HTTPGraphQLHead,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type FormattedExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import type { Logger } from 'pino';
import { CSRF_HEADERS } from './forgery.ts';
import { costOf } from './graphql/answer-size.ts';
import type { Context } from './graphql/context.ts';
import { type Documents, parseError } from './graphql/documents.ts';
import { type Hearer, toClientError } from './graphql/errors.ts';
import { costExtension, refusalOf } from './graphql/execution.ts';
import { fixedFields } from './graphql/prices.ts';
import { PARSE_LIMITS } from './limits.ts';
import { httpStatusOf } from './request-errors.ts';

export interface ApolloOptions {
  schema: GraphQLSchema;
  documents: Documents;
  logger: Logger;
}

/** Remembers whose request each error belongs to, since the formatter is not told. */
function hearersOfErrors(hearers: WeakMap<object, Hearer>): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ errors, contextValue }) => {
          for (const error of errors) hearers.set(error, contextValue);
          return Promise.resolve();
        },
      }),
  };
}

/** As Apollo's own validation tells it. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.originalError !== undefined) return error;
  const { message, nodes } = error;
  return new GraphQLError(message, { nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

/** Of a request that was refused before its language was known. */
const NOBODY: Hearer = { locale: 'id', requestId: '' };

const NO_OPERATION = 'The document has no such operation, or several and no operationName that chooses.';

type Asked = GraphQLRequestContextResponseForOperation<Context>;

/** The cost of an operation, which is paid then, or why it is not executed. */
function judge(documents: Documents, asked: Asked): number | readonly GraphQLError[] {
  const { schema, source, request } = asked;
  const document = documents.read(source);
  if (!('kind' in document)) return document.map(withCode);
  if (getOperationAST(document, request.operationName) == null) {
    return [new GraphQLError(NO_OPERATION, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })];
  }
  const cost = costOf({
    schema,
    document,
    operationName: request.operationName,
    variableValues: request.variables,
    hideSuggestions: !documents.isSchemaOpen,
  });
  if (typeof cost !== 'number') return cost;
  try {
    asked.contextValue.usage.reserve(cost, fixedFields(schema, document, request.operationName));
    return cost;
  } catch (error) {
    return [refusalOf(error)];
  }
}

function setRetryAfter({ headers }: HTTPGraphQLHead, { extensions }: GraphQLFormattedError): void {
  const seconds = extensions?.['retryAfterSeconds'];
  if (typeof seconds === 'number') headers.set('retry-after', String(seconds));
}

/** An answer that holds nothing since what it needs is away has the status 503, by which proxies know it. */
function tellOutage(http: HTTPGraphQLHead, { data, errors = [] }: FormattedExecutionResult): void {
  const outage = errors.find(({ extensions }) => extensions?.['code'] === 'SERVICE_UNAVAILABLE');
  if (outage === undefined || Object.values(data ?? {}).some((value) => value !== null)) return;
  http.status = httpStatusOf('SERVICE_UNAVAILABLE');
  setRetryAfter(http, outage);
}

/**
 * Measures, validates and weighs an operation before it is executed, by the same `Documents` and `costOf` as the other
 * transports. Apollo would validate first, and measure while it validates.
 */
function withinLimits({ documents, logger }: ApolloOptions): ApolloServerPlugin<Context> {
  const refusal = (errors: readonly GraphQLError[], hearer: Hearer): GraphQLResponse => {
    const formatted = errors.map((error) => toClientError(error, hearer, logger));
    const [first] = formatted;
    const http = { status: httpStatusOf(first!.extensions?.['code']), headers: new HeaderMap() };
    setRetryAfter(http, first!);
    return {
      http,
      body: { kind: 'single', singleResult: { errors: formatted } },
    };
  };
  return {
    requestDidStart: () => {
      let cost: number | undefined;
      return Promise.resolve({
        responseForOperation: (asked) => {
          const judged = judge(documents, asked);
          if (typeof judged !== 'number') return Promise.resolve(refusal(judged, asked.contextValue));
          cost = judged;
          return Promise.resolve(null);
        },
        willSendResponse: ({ contextValue, response: { body, http } }) => {
          if (body.kind !== 'single') return Promise.resolve();
          const { errors } = contextValue.bytes;
          if (errors !== null) {
            body.singleResult = { errors: errors.map((error) => toClientError(error, contextValue, logger)) };
            http.status = httpStatusOf('ANSWER_TOO_LARGE');
          }
          if (cost !== undefined) {
            body.singleResult.extensions = { ...body.singleResult.extensions, ...costExtension(cost) };
          }
          tellOutage(http, body.singleResult);
          return Promise.resolve();
        },
      });
    },
  };
}

/** How the hub wants its Apollo Server, whatever the schema. */
export const APOLLO_SETTINGS = {
  introspection: true,
  csrfPrevention: true,
  allowBatchedHttpRequests: false,
  persistedQueries: false,
  includeStacktraceInErrorResponses: false,
  stopOnTerminationSignals: false,
  parseOptions: PARSE_LIMITS,
} as const;

/** Apollo Server, with what costs and is not used switched off, and validation left to `withinLimits`. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<Context>> {
  const { schema, documents, logger } = options;
  const hearers = new WeakMap<object, Hearer>();
  const apollo = new ApolloServer<Context>({
    ...APOLLO_SETTINGS,
    introspection: documents.isSchemaOpen,
    csrfPrevention: { requestHeaders: [...CSRF_HEADERS] },
    schema,
    stringifyResult: (answer) => JSON.stringify(answer),
    dangerouslyDisableValidation: true,
    logger,
    plugins: [
      hearersOfErrors(hearers),
      withinLimits(options),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
    formatError: (formatted, error) => {
      if (!(error instanceof GraphQLError)) return formatted;
      return toClientError(parseError(error), hearers.get(error) ?? NOBODY, logger);
    },
  });
  await apollo.start();
  return apollo;
}
