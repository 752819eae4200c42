import { type DocumentNode, type GraphQLSchema, getNamedType, type OperationDefinitionNode } from 'graphql';
import { sql } from 'kysely';
import type { Reader } from '../../access/reader.ts';
import { RequestError } from '../../kernel/problems.ts';
import { isStorable } from '../../kernel/text.ts';
import { aliased, type Expression, type Row } from '../expression.ts';
import { Given, givenIn, LookedAt } from './given.ts';
import type {
  Asked,
  FieldMapping,
  ListField,
  ModuleMapping,
  OneField,
  PageField,
  TypeMapping,
} from './mapping.ts';
import { asObject, pageSql, wholeRow } from './page-sql.ts';
import { type SelectedField, type SelectedType, Selections } from './selection.ts';

/** One query of a document. */
export interface PlannedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Coerced; some may be `Given`. */
  variables: Record<string, unknown>;
}

/** What a value must be, of a variable that goes to the database as it comes. Throws RequestError for any other. */
export interface GivenCheck {
  variable: string;
  check: (value: string) => void;
}

/** The statement that answers a query. */
export interface PlannedRead {
  statement: Expression;
  /** Whether it reads rows that not all may see, so that the database must know who asks. */
  isPersonal: boolean;
  checks: readonly GivenCheck[];
}

/** PostgreSQL cuts longer names; a row may have so many columns, and a statement so many parts and still be planned fast. */
const MAX_NAME_BYTES = 63;
const MAX_FIELDS = 500;
const MAX_SOURCES = 60;

/** The operation asks for something that no mapping has: the ordinary way answers it. */
class NotMapped extends Error {}

/**
 * Turns a query into one statement that answers all of it, as the mappings of the modules say. Nested objects and
 * pages become subselects, and the database writes the JSON of the answer: nothing is loaded to be put together here.
 */
export class ReadPlanner {
  private readonly schema: GraphQLSchema;
  private readonly types: ReadonlyMap<string, TypeMapping>;

  constructor(schema: GraphQLSchema, modules: readonly ModuleMapping[]) {
    this.schema = schema;
    const types = new Map<string, TypeMapping>([[QUERY.type, QUERY]]);
    for (const mapping of modules.flatMap((one) => one.types)) types.set(mapping.type, mapping);
    for (const { type, fields } of modules.flatMap(({ adds }) => adds)) {
      const mapping = types.get(type)!;
      types.set(type, { ...mapping, fields: { ...mapping.fields, ...fields } });
    }
    this.types = types;
  }

  /**
   * The statement whose one value is the JSON of the answer's `data`; null where something is not mapped or an argument is
   * wrong, which the ordinary way then says as it always does. Throws LookedAt where the plan depends on what is `Given`.
   */
  plan({ document, operation, variables }: PlannedOperation, reader: Reader): PlannedRead | null {
    const selections = new Selections(this.schema, document.definitions, variables);
    try {
      const fields = selections.ofOperation(operation, this.schema.getQueryType()!);
      const plan = new Plan(this.types, selections, reader);
      const statement = plan.statement(fields);
      return { statement, isPersonal: plan.isPersonal, checks: plan.checks };
    } catch (error) {
      if (error instanceof NotMapped || error instanceof RequestError) return null;
      throw error;
    }
  }
}

const noRow: Row = () => {
  throw new Error('the root of a query has no row');
};

/** The root of all queries; modules add its fields. */
const QUERY: TypeMapping = { type: 'Query', from: () => sql``, columns: [], fields: {} };

function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** As JSON has it: an instant in UTC to the millisecond, everything else as PostgreSQL writes it. */
function asJson(expression: Expression, scalar: string): Expression {
  if (scalar !== 'DateTime') return expression;
  return sql`to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Text that the database cannot hold cannot be sent to it either. */
function isStorableValue(value: unknown): boolean {
  return typeof value !== 'string' || isStorable(value);
}

/** The statement of one operation while it is made. */
class Plan {
  private readonly types: ReadonlyMap<string, TypeMapping>;
  private readonly selections: Selections;
  private readonly reader: Reader;
  /** Whether it reads rows that not all may see. */
  isPersonal = false;
  readonly checks: GivenCheck[] = [];
  private sources = 0;
  private fields = 0;

  constructor(types: ReadonlyMap<string, TypeMapping>, selections: Selections, reader: Reader) {
    this.types = types;
    this.selections = selections;
    this.reader = reader;
  }

  statement(fields: readonly SelectedField[]): Expression {
    const columns = this.columns(fields, this.typeOf('Query'), noRow);
    return sql`select row_to_json(${wholeRow})::text from (${columns}) as ${wholeRow}`;
  }

  /** A select, without a source, of the columns that make an object of a type with these fields. */
  private select(
    fields: readonly SelectedField[],
    type: string,
    column: (field: SelectedField) => Expression,
  ): Expression {
    this.fields += fields.length;
    if (this.fields > MAX_FIELDS) throw new NotMapped();
    const columns = fields.map((field) => {
      if (Buffer.byteLength(field.key) > MAX_NAME_BYTES) throw new NotMapped();
      const expression = field.name === '__typename' ? sql`${sql.lit(type)}::text` : column(field);
      return sql`${expression} as ${sql.id(field.key)}`;
    });
    return sql`select ${sql.join(columns)}`;
  }

  /** The same for an object whose row is at hand. */
  private columns(fields: readonly SelectedField[], mapping: TypeMapping, own: Row): Expression {
    return this.select(fields, mapping.type, (field) => {
      const mapped = Object.hasOwn(mapping.fields, field.name) ? mapping.fields[field.name] : undefined;
      if (mapped !== undefined) return this.field(field, mapped, own);
      if (!mapping.columns.includes(field.name)) throw new NotMapped();
      return asJson(own(columnOf(field.name)), getNamedType(field.definition!.type).name);
    });
  }

  private field(field: SelectedField, mapping: FieldMapping | undefined, own: Row): Expression {
    if (mapping === undefined || field.definition === null) throw new NotMapped();
    switch (mapping.kind) {
      case 'value':
        return asJson(mapping.sql(own), getNamedType(field.definition.type).name);
      case 'part':
        return asObject(this.columns(this.under(field).fields, this.typeOf(mapping.type), own));
      case 'one':
        return this.one(field, mapping, own);
      case 'list':
        return this.list(field, mapping, own);
      case 'page':
        return this.page(field, mapping, own);
      default:
        throw new NotMapped();
    }
  }

  private one(field: SelectedField, mapping: OneField, own: Row): Expression {
    const type = this.typeOf(mapping.type);
    const { from, its } = this.source(type, own);
    const where = this.where(field, mapping, type, own, its);
    const columns = this.columns(this.under(field).fields, type, its);
    return asObject(sql`${columns} from ${from} where ${where}`);
  }

  private list(field: SelectedField, mapping: ListField, own: Row): Expression {
    const type = this.typeOf(mapping.type);
    const { from, its } = this.source(type, own);
    const where = this.where(field, mapping, type, own, its);
    const columns = this.columns(this.under(field).fields, type, its);
    const rows = sql`${columns} from ${from} where ${where} order by ${mapping.orderBy(its)}`;
    return sql`(select coalesce(json_agg(${wholeRow}), '[]'::json) from (${rows}) as ${wholeRow})`;
  }

  private page(field: SelectedField, mapping: PageField, own: Row): Expression {
    const type = this.typeOf(mapping.type);
    const connection = this.under(field);
    const { from, alias, its } = this.source(type, own);
    const source = {
      from,
      alias,
      its,
      where: this.where(field, mapping, type, own, its),
      order: mapping.order,
      args: this.selections.argumentsOf(field),
      fields: connection.fields,
      under: (one: SelectedField) => this.under(one),
      node: (one: SelectedField) => this.columns(this.under(one).fields, type, its),
      select: (fields: readonly SelectedField[], name: string, column: (one: SelectedField) => Expression) =>
        this.select(fields, name, column),
    };
    return pageSql(source, connection.name);
  }

  private source({ from }: TypeMapping, own: Row): { from: Expression; alias: string; its: Row } {
    this.sources += 1;
    if (this.sources > MAX_SOURCES) throw new NotMapped();
    const alias = `r${this.sources}`;
    const rows = typeof from === 'string' ? sql.table(from) : sql`(${from(own)})`;
    return { from: sql`${rows} as ${sql.id(alias)}`, alias, its: aliased(alias) };
  }

  private where(
    field: SelectedField,
    mapping: OneField | ListField | PageField,
    type: TypeMapping,
    own: Row,
    its: Row,
  ): Expression {
    const { reader } = this;
    const args = this.selections.argumentsOf(field);
    if (!Object.values(args).flat().every(isStorableValue)) throw new NotMapped();
    this.judge(args, mapping.kind === 'one' ? mapping.given : {});
    const asked: Asked = { its, own, reader, args: args as Asked['args'] };
    const wanted = (mapping.where as (asked: Asked) => Expression)(asked);
    if (type.visible === undefined) return wanted;
    this.isPersonal ||= type.visible.more(reader);
    return sql`${wanted} and ${type.visible.rows(its, reader)}`;
  }

  /** Checks the arguments that go to the database as they are; those of them that are not known yet are checked later. */
  private judge(args: Record<string, unknown>, given: OneField['given']): void {
    for (const [name, value] of Object.entries(args)) {
      const check = Object.hasOwn(given, name) ? given[name] : undefined;
      if (check === undefined) {
        const [one] = givenIn(value);
        if (one !== undefined) throw new LookedAt(one);
      } else if (value instanceof Given) {
        this.checks.push({ variable: value.variable, check });
      } else if (typeof value === 'string') {
        check(value);
      }
    }
  }

  private under(field: SelectedField): SelectedType {
    const under = this.selections.under(field);
    if (under === null) throw new NotMapped();
    return under;
  }

  private typeOf(name: string): TypeMapping {
    const mapping = this.types.get(name);
    if (mapping === undefined) throw new Error(`no mapping of the type ${name}`);
    return mapping;
  }
}
