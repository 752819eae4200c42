import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Logger } from 'pino';
import { permissionsOf } from '../../access/actor.ts';
import type { SharedExecution } from '../live/shared-stream.ts';
import type { Context } from './context.ts';
import type { Tab } from '../usage.ts';
import { Unusual } from './projection-info.ts';
import { type Projection, projectionOf } from './projection.ts';

/** For `@Extensions`: marks a field that shows different things to different viewers. */
export const perViewer = { perViewer: true } as const;

/** The argument of a subscription that says where a reader begins: it alone does not keep readers apart. */
const START_ARGUMENT = 'after';

/** What a subscription's document says of who may share its execution. */
interface Sharing {
  /** Tells operations apart; the same text has the same number while its document is kept. */
  number: number;
  differsByViewer: boolean;
  /** The variable that only says where a reader begins. */
  startVariable: string | null;
}

/** By document and name of the operation. */
const sharings = new WeakMap<DocumentNode, Map<string, Sharing>>();
let documents = 0;

function startVariableOf(document: DocumentNode, operationName: string | null | undefined): string | null {
  const root = getOperationAST(document, operationName)?.selectionSet.selections[0];
  const start =
    root?.kind === Kind.FIELD ? root.arguments?.find(({ name }) => name.value === START_ARGUMENT) : undefined;
  if (start?.value.kind !== Kind.VARIABLE) return null;
  const name = start.value.name.value;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: (variable) => void (uses += variable.name.value === name ? 1 : 0),
  });
  return uses === 1 ? name : null;
}

function differsByViewer(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let differs = false;
  const look = { Field: () => void (differs ||= types.getFieldDef()?.extensions['perViewer'] === true) };
  visit(document, visitWithTypeInfo(types, look));
  return differs;
}

function sharingOf({ schema, document, operationName }: ExecutionArgs): Sharing {
  const named = sharings.get(document) ?? new Map<string, Sharing>();
  sharings.set(document, named);
  const name = getOperationAST(document, operationName)?.name?.value ?? '';
  let sharing = named.get(name);
  if (sharing === undefined) {
    sharing = {
      number: (documents += 1),
      differsByViewer: differsByViewer(schema, document),
      startVariable: startVariableOf(document, operationName),
    };
    named.set(name, sharing);
  }
  return sharing;
}

/** Turns errors into what a client hears, in its language. */
export type FormatErrors = (errors: readonly GraphQLError[], context: Context) => unknown[];

const DATA = '{"data":';

/** So many events in a row that a projection cannot tell, and it is let go: from then on each is executed only once. */
const MAX_FAILURES = 5;

/** A field of a result has about so many characters; those of a longer one count as more fields, as its price did. */
const CHARACTERS_PER_FIELD = 100;

/** How many fields a result holds, by its JSON; a text in it that looks like one counts too. */
function fieldsIn(json: string): number {
  let fields = 0;
  for (let at = json.indexOf('":', DATA.length); at !== -1; at = json.indexOf('":', at + 2)) fields += 1;
  return Math.max(fields, Math.ceil(json.length / CHARACTERS_PER_FIELD));
}

/**
 * The execution of a subscription's document for its events, which all readers share who have the same `key`: the
 * same document, variables (but for where they begin), language and, where the document shows what not all may see,
 * the same permissions. Where it does not, it is executed with a context that knows no viewer.
 */
export class OperationExecution implements SharedExecution {
  readonly key: string;
  private readonly args: ExecutionArgs;
  private readonly differsByViewer: boolean;
  private readonly format: FormatErrors;
  private readonly eventFields: number;
  private readonly logger: Logger;
  /** What its reader's history takes. */
  private readonly tab: Tab;
  private performed = 0;
  /** Null as long as graphql-js executes. */
  private projection: Projection | null = null;
  /** Events in a row that the projection could not tell. */
  private failures = 0;

  /** `eventFields`: what one event may cost. */
  constructor(args: ExecutionArgs, format: FormatErrors, eventFields: number, logger: Logger) {
    const { number, differsByViewer: differs, startVariable } = sharingOf(args);
    const { actor, locale, usage } = args.contextValue as Context;
    const { [startVariable ?? '']: _, ...variables } = args.variableValues ?? {};
    this.args = args;
    this.differsByViewer = differs;
    this.format = format;
    this.eventFields = eventFields;
    this.logger = logger;
    this.tab = usage.tab();
    this.key = JSON.stringify([number, variables, locale, differs ? permissionsOf(actor) : null]);
  }

  /**
   * Executes the document on one root value, in a context of its own, and answers the result as JSON. Nothing is changed by
   * it: what a projection cannot tell is executed once more.
   */
  async perform(rootValue: unknown): Promise<string> {
    this.performed += 1;
    try {
      const result = await this.project(rootValue);
      if (result !== null) return result;
    } catch (error) {
      return this.executeAfter(error, rootValue);
    }
    return this.execute(rootValue);
  }

  /** The event's result by the projection; null where there is none. */
  private async project(rootValue: unknown): Promise<string | null> {
    // A single event takes less than a projection.
    if (this.performed === 2) this.projection = projectionOf(this.args);
    if (this.projection === null) return null;
    const context = this.freshContext();
    try {
      const data = await this.projection(rootValue, context);
      this.failures = 0;
      return `${DATA}${data}}`;
    } catch (error) {
      // It would be as large by graphql-js.
      if (context.bytes.errors !== null) return this.failed(context.bytes.errors, context);
      throw error;
    }
  }

  /** What graphql-js tells no error of, a projection must be able to tell, or refuse as unusual: the log hears of all else. */
  private async executeAfter(error: unknown, rootValue: unknown): Promise<string> {
    this.failures += 1;
    if (this.failures === MAX_FAILURES) this.projection = null;
    const json = await this.execute(rootValue);
    if (json.startsWith(DATA) && !(error instanceof Unusual)) {
      const { requestId } = this.args.contextValue as Context;
      this.logger.warn({ err: error, requestId }, 'an event failed in a projection, and not in graphql-js');
    }
    return json;
  }

  /** By graphql-js, which tells whatever goes wrong. */
  private async execute(rootValue: unknown): Promise<string> {
    const contextValue = this.freshContext();
    const { errors, ...result }: ExecutionResult = await execute({ ...this.args, rootValue, contextValue });
    const refused = contextValue.bytes.errors;
    if (refused !== null) return this.failed(refused, contextValue);
    if (errors === undefined) return JSON.stringify(result);
    return JSON.stringify({ errors: this.format(errors, contextValue), ...result });
  }

  private failed(errors: readonly GraphQLError[], context: Context): string {
    return JSON.stringify({ errors: this.format(errors, context) });
  }

  private freshContext(): Context {
    const context = this.args.contextValue as Context;
    return this.differsByViewer ? context.fresh() : context.forAll();
  }

  payFor(results: number): number {
    return this.tab.allowance.takeSpare(results * this.eventFields);
  }

  atOwnCost<T>(work: () => Promise<T>): Promise<T> {
    return this.tab.within(work);
  }

  settle(results: readonly string[]): void {
    const held = results.reduce((sum, json) => sum + Math.min(this.eventFields, fieldsIn(json)), 0);
    this.tab.allowance.charge(Math.max(held, this.tab.due()) - results.length * this.eventFields);
  }
}
