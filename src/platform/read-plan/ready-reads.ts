import {
  type DocumentNode,
  getVariableValues,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { sql } from 'kysely';
import QuickLRU from 'quick-lru';
import type { Reader } from '../../access/reader.ts';
import { RequestError } from '../../kernel/problems.ts';
import { isStorable } from '../../kernel/text.ts';
import { askerSetting } from '../asker.ts';
import type { Expression } from '../expression.ts';
import type { CompiledRead, PreparedReads } from '../prepared-reads.ts';
import { Given, LookedAt } from './given.ts';
import type { GivenCheck, ReadPlanner } from './planner.ts';

/** So many plans are kept, each some kilobytes of SQL. */
const MAX_PLANS = 500;
/** Values that take more characters to write down are one asker's own: nobody asks alike, and to keep them takes memory. */
const MAX_KEY_LENGTH = 4000;

/** A statement whose parameters may be `Given`. */
interface Plan extends CompiledRead {
  checks: readonly GivenCheck[];
}

/** What is known of one operation of a document. */
interface Known {
  id: number;
  /** Variables whose values plans depend on. */
  lookedAt: Set<string>;
}

/** One query as somebody asks it. */
export interface AskedRead {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** As they came. */
  variables: Record<string, unknown>;
  reader: Reader;
}

/** Whether a plan may be made without a value of this type: ids and other texts. */
function isText({ type }: NonNullable<OperationDefinitionNode['variableDefinitions']>[number]): boolean {
  const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return named.kind === Kind.NAMED_TYPE && (named.name.value === 'ID' || named.name.value === 'String');
}

/** Statements of queries, kept for the next who asks alike: to make one costs more than to send it. */
export class ReadyReads {
  private readonly schema: GraphQLSchema;
  private readonly planner: ReadPlanner;
  private readonly prepared: PreparedReads;
  private readonly known = new WeakMap<OperationDefinitionNode, Known>();
  private readonly plans = new QuickLRU<string, Plan | { isUnmapped: true }>({ maxSize: MAX_PLANS });
  private readonly maxBytes: number;
  private operations = 0;

  /** `maxBytes`: of an answer; a longer one stays in the database. */
  constructor(schema: GraphQLSchema, planner: ReadPlanner, prepared: PreparedReads, maxBytes: number) {
    this.schema = schema;
    this.planner = planner;
    this.prepared = prepared;
    this.maxBytes = maxBytes;
  }

  /**
   * The statement whose one row's `answer` is the JSON of the answer's data, or null where that has too many bytes. Null for
   * what the ordinary way must answer.
   */
  find(asked: AskedRead): CompiledRead | null {
    const { operation } = asked;
    const definitions = operation.variableDefinitions ?? [];
    const { coerced } = getVariableValues(this.schema, definitions, asked.variables);
    if (coerced === undefined) return null;
    const plan = this.planFor(asked, coerced);
    return 'isUnmapped' in plan ? null : withValues(plan, coerced);
  }

  private planFor(asked: AskedRead, values: Record<string, unknown>): Plan | { isUnmapped: true } {
    const { operation, reader } = asked;
    let known = this.known.get(operation);
    if (known === undefined) {
      known = { id: (this.operations += 1), lookedAt: new Set() };
      this.known.set(operation, known);
    }
    const asker = askerSetting(reader);
    // Each turn finds one more variable that is looked at, until the plan depends on none that is given.
    for (;;) {
      const variables = this.withGiven(operation, values, known.lookedAt);
      const key = `${known.id} ${asker} ${JSON.stringify(variables)}`;
      const plan = this.plans.get(key);
      if (plan !== undefined) return plan;
      try {
        const made = this.make(asked, variables, asker);
        if (key.length <= MAX_KEY_LENGTH) this.plans.set(key, made);
        return made;
      } catch (error) {
        if (!(error instanceof LookedAt)) throw error;
        known.lookedAt.add(error.variable);
      }
    }
  }

  private withGiven(
    { variableDefinitions = [] }: OperationDefinitionNode,
    values: Record<string, unknown>,
    lookedAt: ReadonlySet<string>,
  ): Record<string, unknown> {
    const variables = { ...values };
    for (const definition of variableDefinitions) {
      const name = definition.variable.name.value;
      const isGiven = typeof values[name] === 'string' && !lookedAt.has(name) && isText(definition);
      if (isGiven) variables[name] = new Given(name);
    }
    return variables;
  }

  private make(
    { document, operation, reader }: AskedRead,
    variables: Record<string, unknown>,
    asker: string,
  ): Plan | { isUnmapped: true } {
    const planned = this.planner.plan({ document, operation, variables }, reader);
    if (planned === null) return { isUnmapped: true };
    const { statement, checks } = planned;
    const whole = planned.isPersonal ? asAsked(statement, asker) : sql`select (${statement}) as answer`;
    return { ...this.prepared.compile(withinBytes(whole, this.maxBytes)), checks };
  }
}

/** OFFSET keeps the planner from evaluating the answer once for its length and once more for itself. */
function withinBytes(answer: Expression, max: number): Expression {
  return sql`select case when octet_length(whole.answer) <= ${sql.lit(max)} then whole.answer end as answer
    from (${answer} offset 0) as whole`;
}

/**
 * With what the asker alone may see. CASE tells the database who asks before it reads anything, and a local setting of a
 * statement outside any transaction ends with the statement.
 */
function asAsked(statement: Expression, asker: string): Expression {
  return sql`select case when set_config('sinergi.asker', ${asker}, true) is not null then (${statement}) end as answer`;
}

/** The plan with the values of those who ask now; null where one of them is wrong. */
function withValues(
  { text, parameters, checks }: Plan,
  values: Record<string, unknown>,
): CompiledRead | null {
  try {
    for (const { variable, check } of checks) check(values[variable] as string);
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
  const bound = parameters.map((one) => (one instanceof Given ? values[one.variable] : one));
  return bound.every((one) => typeof one !== 'string' || isStorable(one))
    ? { text, parameters: bound }
    : null;
}
