import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { costOf } from './graphql/answer-size.ts';
import type { Context } from './graphql/context.ts';
import { type Documents, parseError, PARSE_LIMITS } from './graphql/documents.ts';
import { toClientError } from './graphql/errors.ts';
import { costExtension } from './graphql/execution.ts';
import type { Locale } from './messages.ts';

export interface ApolloOptions {
  schema: GraphQLSchema;
  documents: Documents;
  logger: Logger;
}

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

/** As Apollo's own validation tells it. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.originalError !== undefined) return error;
  const { message, nodes } = error;
  return new GraphQLError(message, { nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

type Asked = GraphQLRequestContextResponseForOperation<Context>;

/** The cost of an operation, or why it is not executed. */
function judge(documents: Documents, asked: Asked): number | readonly GraphQLError[] {
  const { schema, source, request } = asked;
  const document = documents.read(source);
  if (!('kind' in document)) return document.map(withCode);
  return costOf({
    schema,
    document,
    operationName: request.operationName,
    variableValues: request.variables,
    hideSuggestions: !documents.isSchemaOpen,
  });
}

/**
 * Measures, validates and weighs an operation before it is executed, by the same `Documents` and `costOf` as the other
 * transports. Apollo would validate first, and measure while it validates.
 */
function withinLimits({ documents, logger }: ApolloOptions): ApolloServerPlugin<Context> {
  const refusal = (errors: readonly GraphQLError[], { locale }: Context): GraphQLResponse => ({
    http: { status: 400, headers: new HeaderMap() },
    body: {
      kind: 'single',
      singleResult: { errors: errors.map((error) => toClientError(error, locale, logger)) },
    },
  });
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
        willSendResponse: ({ response: { body } }) => {
          if (body.kind === 'single' && cost !== undefined) {
            body.singleResult.extensions = { ...body.singleResult.extensions, ...costExtension(cost) };
          }
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
  const { schema, logger } = options;
  const languages = new WeakMap<object, Locale>();
  const apollo = new ApolloServer<Context>({
    ...APOLLO_SETTINGS,
    schema,
    stringifyResult: (answer) => JSON.stringify(answer),
    dangerouslyDisableValidation: true,
    logger,
    plugins: [
      languageOfErrors(languages),
      withinLimits(options),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
    formatError: (formatted, error) => {
      if (!(error instanceof GraphQLError)) return formatted;
      return toClientError(parseError(error), languages.get(error) ?? 'id', logger);
    },
  });
  await apollo.start();
  return apollo;
}
