import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { RequestError } from '../../kernel/problems.ts';
import type { Context } from './context.ts';
import { isPromise } from './json-writing.ts';

/** Quotes, colon and comma around a field, and the brackets of an object or list. */
const BYTES_AROUND = 6;
/** A number, an instant or a state as JSON, about. */
const BYTES_OF_SCALAR = 16;

/** Why an answer that would have more bytes than this is not made. */
export function tooManyBytes(max: number): RequestError {
  return new RequestError(
    'ANSWER_TOO_LARGE',
    { key: 'query.too-many-bytes', params: { max } },
    { limit: 'answerBytes', max },
  );
}

/** The bytes of one answer, or of one event, counted while it is made. */
export class AnswerBytes {
  /** Set once there are more than `max`: nothing more is made then. */
  refusal: GraphQLError | null = null;
  private readonly max: number;
  private counted = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Throws when the answer becomes too large: one error for all its fields, since each would cost a stack and a path. */
  take(bytes: number): void {
    this.counted += bytes;
    if (this.counted > this.max) throw this.refuse();
  }

  /** What is said of the whole answer in place of it; null for one that is not too large. */
  get errors(): readonly GraphQLError[] | null {
    if (this.refusal === null) return null;
    const { message, originalError } = this.refusal;
    return [new GraphQLError(message, { originalError })];
  }

  private refuse(): GraphQLError {
    const originalError = tooManyBytes(this.max);
    // graphql-js takes an error with a path as it is, and makes a new one of any other.
    this.refusal ??= new GraphQLError(originalError.message, { originalError, path: [] });
    return this.refusal;
  }
}

/** Bytes of what a resolver returns for a scalar, an enum, or a list of these. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + bytesOf(one) + BYTES_AROUND, 0);
  return BYTES_OF_SCALAR;
}

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;

function counting(field: GraphQLField<unknown, Context>): Resolver {
  const resolve: Resolver = field.resolve ?? defaultFieldResolver;
  const isNullable = !isNonNullType(field.type);
  return (root, args, context, info) => {
    const { bytes } = context;
    if (bytes.refusal !== null) {
      if (isNullable) return null;
      throw bytes.refusal;
    }
    const [{ alias, name }] = info.fieldNodes as [(typeof info.fieldNodes)[number]];
    bytes.take((alias ?? name).value.length + BYTES_AROUND);
    const value = resolve(root, args, context, info);
    if (typeof value === 'object' && value !== null) {
      if (isPromise(value)) return value.then((one) => counted(bytes, one));
      return Array.isArray(value) ? counted(bytes, value) : value;
    }
    return counted(bytes, value);
  };
}

/** An object counts by its fields, and a list of objects by theirs. */
function counted(bytes: AnswerBytes, value: unknown): unknown {
  if (bytes.refusal !== null) throw bytes.refusal;
  const isOfObjects = Array.isArray(value) && typeof value[0] === 'object';
  if (!isOfObjects) bytes.take(bytesOf(value));
  return value;
}

/**
 * Lets every field count its part of the answer while it is resolved, by whatever executes: a field past the operation's
 * `AnswerBytes` throws, and those after it resolve nothing.
 */
export function countAnswerBytes(schema: GraphQLSchema): void {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  for (const type of types.filter(isObjectType)) {
    if (type === schema.getSubscriptionType()) continue;
    for (const field of Object.values(type.getFields())) field.resolve = counting(field);
  }
}
