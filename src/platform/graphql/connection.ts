import { type ClassType, Extensions, Field, Int, ObjectType } from 'type-graphql';
import { costs, COUNT_FIELDS } from './prices.ts';
import { type Page, type PageRequest, USUAL_PAGE } from '../page.ts';
import { CursorScalar } from './scalars.ts';

@ObjectType('PageInfo', { description: 'Where a page lies in its list.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more comes after `endCursor`.' })
  hasNextPage!: boolean;
  @Field(() => Boolean, { description: 'Whether the page began after a cursor.' })
  hasPreviousPage!: boolean;
  @Field(() => CursorScalar, {
    nullable: true,
    description: 'The first entry’s cursor; null on an empty page.',
  })
  startCursor!: string | null;
  @Field(() => CursorScalar, {
    nullable: true,
    description: 'The last entry’s cursor, to go on with as `after`; null on an empty page.',
  })
  endCursor!: string | null;
}

export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  nodes: T[];
  pageInfo: PageInfoType;
  /** A function, so that counting costs nothing unless the field is asked for. */
  totalCount: (() => Promise<number>) | null;
}

export function toConnection<T>(page: Page<T>): Connection<T> {
  const edges = page.rows.map((node) => ({ cursor: page.cursorOf(node), node }));
  return {
    edges,
    nodes: page.rows,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.counted,
  };
}

/** Declares `<name>Edge` and `<name>Connection`; answers the connection's class. Lists without end are not counted. */
export function connectionType(name: string, nodeType: () => ClassType, isCounted = true): ClassType {
  @ObjectType(`${name}Edge`, { description: `One ${name} and its place in the list.` })
  class Edge {
    @Field(() => CursorScalar, { description: 'The place of this entry, for `after`.' })
    cursor!: string;
    @Field(nodeType, { description: 'The entry itself.' })
    node!: object;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class ConnectionOf {
    @Field(() => [Edge], { description: 'The entries with their cursors.' })
    edges!: Edge[];
    @Field(() => [nodeType()], { description: 'The entries alone.' })
    nodes!: object[];
    @Field(() => PageInfoType, { description: 'Where this page lies.' })
    pageInfo!: PageInfoType;
  }
  if (isCounted) {
    Field(() => Int, {
      name: 'totalCount',
      simple: true,
      description: 'How many entries the whole list has; counted only when asked for.',
    })(ConnectionOf.prototype, 'totalCount');
    Extensions(costs(COUNT_FIELDS))(ConnectionOf.prototype, 'totalCount');
  }
  return ConnectionOf;
}

/** The page that a field's arguments ask for; null asks for the default. */
export function pageRequest(
  first: number | null,
  after: string | null | undefined,
  usual = USUAL_PAGE,
): PageRequest {
  return { first: first ?? usual, after: after ?? null };
}

/** The words that describe the arguments of every list. */
export const firstDescription = 'How many, 1 to 100.';
export const afterDescription = 'Only what comes after this cursor of the same list.';
