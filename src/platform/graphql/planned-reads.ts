import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { type FormattedExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import type { PreparedReads } from '../prepared-reads.ts';
import type { PlannedRead, ReadPlanner } from '../read-plan/planner.ts';
import type { Context } from './context.ts';
import { toClientError } from './errors.ts';

/** What plans answers of reads, and where their statements run. */
export interface PlannedReads {
  planner: ReadPlanner;
  prepared: PreparedReads;
}

/** JSON of an answer's `data`, as the database wrote it. */
class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What Apollo takes for an answer's data: it looks at it nowhere, but hands it to `stringifyAnswer`. */
type Data = Record<string, unknown>;

/** Answers queries by one statement where all that they ask for is mapped; the others go on to the resolvers. */
export function planReads({ planner, prepared }: PlannedReads, logger: Logger): ApolloServerPlugin<Context> {
  const answerOf = async ({ statement, asker }: PlannedRead, { locale }: Context) => {
    try {
      const [answer] = await prepared.rows<{ data: string }>(statement, asker);
      return { data: new JsonText(answer!.data) as unknown as Data };
    } catch (error) {
      const failed = new GraphQLError('a read failed', { originalError: error as Error });
      return { errors: [toClientError(failed, locale, logger)], data: null };
    }
  };
  return {
    requestDidStart: () =>
      Promise.resolve({
        responseForOperation: async ({ document, operation, request, contextValue }) => {
          // Apollo's types say that there is one, but none has the name that the client gave.
          if (operation?.operation !== OperationTypeNode.QUERY) return null;
          const reader = contextValue.readerOrNull();
          if (reader === null) return null;
          const plan = planner.plan({ document, operation, variables: request.variables }, reader);
          if (plan === null) return null;
          const singleResult = await answerOf(plan, contextValue);
          return {
            http: { status: undefined, headers: new HeaderMap() },
            body: { kind: 'single' as const, singleResult },
          };
        },
      }),
  };
}

/** Writes an answer as JSON; what the database wrote goes out as it is. */
export function stringifyAnswer(answer: FormattedExecutionResult): string {
  const { data, ...rest }: { data?: unknown } = answer;
  if (!(data instanceof JsonText)) return JSON.stringify(answer);
  const others = JSON.stringify(rest);
  return others === '{}' ? `{"data":${data.text}}` : `{"data":${data.text},${others.slice(1)}`;
}
