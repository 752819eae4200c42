import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { isDate } from '../../kernel/calendar.ts';
import { parseInstant } from '../../kernel/instant.ts';
import { isRupiah } from '../../kernel/rupiah.ts';

function stringOf(name: string, node: ValueNode): string {
  if (node.kind !== Kind.STRING) throw new GraphQLError(`${name} must be a string`, { nodes: node });
  return node.value;
}

/** `nodes` is the literal; a variable's value has none. */
function parseDate(value: unknown, nodes?: ValueNode): string {
  if (typeof value !== 'string' || !isDate(value)) {
    throw new GraphQLError('Date must be a day of the calendar such as "2026-06-30"', { nodes });
  }
  return value;
}

function instantOf(value: unknown, nodes?: ValueNode): Date {
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  if (instant === null) {
    throw new GraphQLError('DateTime must be an RFC 3339 instant such as "2026-06-30T08:00:00Z"', { nodes });
  }
  return instant;
}

function parseRupiah(value: unknown, nodes?: ValueNode): number {
  if (typeof value !== 'number' || !isRupiah(value)) {
    throw new GraphQLError('Rupiah must be a whole number within ±9007199254740991', { nodes });
  }
  return value;
}

function parseCursor(value: unknown): string {
  if (typeof value !== 'string') throw new GraphQLError('Cursor must be a string');
  return value;
}

export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description:
    'A day, RFC 3339 full-date: `2026-06-30`. Days begin and end in western Indonesian time (UTC+7).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  serialize: String,
  parseValue: (value) => parseDate(value),
  parseLiteral: (node) => parseDate(stringOf('Date', node), node),
});

export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'An instant, RFC 3339 in UTC: `2026-06-30T08:00:00.000Z`. Any offset is accepted as input; a leap second is the first second of the next day.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  // Rows carry Date, snapshots of events carry the text that JSON made of one.
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
  parseValue: (value) => instantOf(value),
  parseLiteral: (node) => instantOf(stringOf('DateTime', node), node),
});

export const RupiahScalar = new GraphQLScalarType<number, number>({
  name: 'Rupiah',
  description: 'Whole Indonesian rupiah (IDR), a JSON number within ±(2^53 − 1): never rounded.',
  serialize: (value) => parseRupiah(value),
  parseValue: (value) => parseRupiah(value),
  parseLiteral: (node) => {
    if (node.kind !== Kind.INT) throw new GraphQLError('Rupiah must be a whole number', { nodes: node });
    return parseRupiah(Number(node.value), node);
  },
});

export const CursorScalar = new GraphQLScalarType<string, string>({
  name: 'Cursor',
  description:
    'A place in a list or in the feed; opaque. A feed cursor stays valid for as long as its event is kept.',
  serialize: String,
  parseValue: parseCursor,
  parseLiteral: (node) => stringOf('Cursor', node),
});

function parsePosition(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new GraphQLError('Position must be a whole number from 1 to 9007199254740991');
  }
  return value;
}

export const PositionScalar = new GraphQLScalarType<number, number>({
  name: 'Position',
  description: 'A place in the feed, a JSON number from 1 to 2^53 − 1; past what Int can hold.',
  serialize: parsePosition,
  parseValue: parsePosition,
  parseLiteral: (node) => parsePosition(node.kind === Kind.INT ? Number(node.value) : null),
});
