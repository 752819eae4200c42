import { sql } from 'kysely';
import type { Expression, Row } from '../expression.ts';
import { beyond, inOrder } from '../list-page.ts';
import { assertPageSize, type ListOrder, readCursor, USUAL_PAGE } from '../page.ts';
import type { SelectedField } from './selection.ts';

/** A page that a field asks for, and how the plan makes its parts. */
export interface PageSource {
  /** What is read, under this alias. */
  from: Expression;
  alias: string;
  its: Row;
  /** The rows of the whole list. */
  where: Expression;
  order: ListOrder;
  args: { first?: number | null; after?: string | null };
  /** What is asked of the connection. */
  fields: readonly SelectedField[];
  /** What is asked of an object in it, of one of the connection's own types. */
  under(field: SelectedField): { name: string; fields: readonly SelectedField[] };
  /** A select of what a field that shows rows asks of one. */
  node(field: SelectedField): Expression;
  /** A select that makes an object of one of the connection's own types. */
  select(
    fields: readonly SelectedField[],
    type: string,
    column: (field: SelectedField) => Expression,
  ): Expression;
}

/** What a select is called whose rows become objects; no field can be, and a field of that name would be taken for the row. */
export const wholeRow = sql.id('whole row');

/** JSON of the one row of a select; null without one. */
export function asObject(select: Expression): Expression {
  return sql`(select row_to_json(${wholeRow}) from (${select}) as ${wholeRow})`;
}

/** Whether the row is one of the page: the one that was read too much, to learn whether there are more, is not. */
const number = sql.id('number of the row');

/** JSON of a connection: the page's rows in their order, JSON of each, and all of them gathered. */
export function pageSql(page: PageSource, type: string): Expression {
  const first = page.args.first ?? USUAL_PAGE;
  assertPageSize(first);
  const after = page.args.after == null ? null : readCursor(page.order.name, page.args.after);
  const asked = new AskedOfPage(page, first, after !== null);
  const connection = page.select(page.fields, type, (field) => asked.column(field));
  if (!asked.readsRows) return asObject(connection);
  const { its, order } = page;
  const rows = sql`select * from ${page.from} where ${page.where}
    ${after === null ? sql`` : sql`and ${beyond(order, its, after)}`}
    order by ${inOrder(order, its)} limit ${sql.lit(asked.showsMore ? first + 1 : first)}`;
  const numbered = asked.showsMore
    ? sql`select *, row_number() over () as ${number} from (${rows}) as page`
    : rows;
  // What is laid beside a row has no source of its own, so nothing sorts, joins or takes rows in another order.
  const beside = asked.ofEach.map((each) => sql`cross join lateral ${each}`);
  const from = sql`(${numbered}) as ${sql.id(page.alias)} ${sql.join(beside, sql` `)}`;
  return asObject(sql`${connection} from (select ${sql.join(asked.gathered)} from ${from}) as gathered`);
}

/** Collects what the levels of the statement need, while what is asked of the connection is read. */
class AskedOfPage {
  /** What is laid beside each row. */
  readonly ofEach: Expression[] = [];
  /** What is gathered of all rows. */
  readonly gathered: Expression[] = [];
  readonly showsMore: boolean;
  private readonly page: PageSource;
  private readonly first: number;
  private readonly isLater: boolean;
  private readonly names = new Map<string, Expression>();

  constructor(page: PageSource, first: number, isLater: boolean) {
    this.page = page;
    this.first = first;
    this.isLater = isLater;
    const infos = page.fields.filter(({ name }) => name === 'pageInfo');
    this.showsMore = infos.some((info) => page.under(info).fields.some(({ name }) => name === 'hasNextPage'));
  }

  get readsRows(): boolean {
    return this.gathered.length > 0;
  }

  /** What a field of the connection shows, in columns that were gathered. */
  column(field: SelectedField): Expression {
    const { page } = this;
    switch (field.name) {
      case 'nodes':
        return this.listed(field, page.node(field));
      case 'edges': {
        const { fields, name } = page.under(field);
        const edge = page.select(fields, name, (one) =>
          one.name === 'cursor' ? this.cursor : asObject(page.node(one)),
        );
        return this.listed(field, edge);
      }
      case 'pageInfo': {
        const { fields, name } = page.under(field);
        return asObject(page.select(fields, name, (one) => this.pageInfo(one.name)));
      }
      case 'totalCount':
        return sql`(select count(*)::int from ${page.from} where ${page.where})`;
      default:
        throw new Error(`a plan knows no field ${field.name} of a connection`);
    }
  }

  private pageInfo(field: string): Expression {
    switch (field) {
      case 'hasNextPage':
        return sql`${this.gather('found', sql`count(*)`)} > ${this.first}`;
      case 'hasPreviousPage':
        return sql`${sql.lit(this.isLater)}`;
      case 'startCursor':
        return sql`(${this.cursors})[1]`;
      case 'endCursor':
        return sql`(${this.cursors})[least(${this.gather('found', sql`count(*)`)}, ${this.first})]`;
      default:
        throw new Error(`a plan knows no field ${field} of PageInfo`);
    }
  }

  /** The same text that writeCursor makes: base64url, without the line breaks that PostgreSQL puts in. */
  private get cursor(): Expression {
    const { its, order } = this.page;
    const place = sql`convert_to(${sql.lit(`${order.name}:`)} || ${its(order.place)}, 'UTF8')`;
    return sql`translate(encode(${place}, 'base64'), '+/=' || chr(10), '-_')`;
  }

  private get cursors(): Expression {
    return this.gather('cursors', sql`array_agg(${this.cursor})`);
  }

  /** JSON of the page's rows in a list. */
  private listed({ key }: SelectedField, each: Expression): Expression {
    const name = sql.id(`each ${this.ofEach.length}`);
    this.ofEach.push(sql`(${each}) as ${name}`);
    const all = sql`json_agg(${name})`;
    const ofPage = this.showsMore ? sql`${all} filter (where ${number} <= ${this.first})` : all;
    return this.gather(`all ${key}`, sql`coalesce(${ofPage}, '[]'::json)`);
  }

  private gather(name: string, expression: Expression): Expression {
    let column = this.names.get(name);
    if (column === undefined) {
      const id = sql.id(`g${this.gathered.length}`);
      this.gathered.push(sql`${expression} as ${id}`);
      column = sql`gathered.${id}`;
      this.names.set(name, column);
    }
    return column;
  }
}
