import { isRecord } from '../../kernel/record.ts';

/** One operation as a client sent it over HTTP. */
export interface SentOperation {
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
}

/** Fields of a request that GraphQL over HTTP allows to be sent empty, which is the same as not sent. */
const MAY_BE_EMPTY = ['operationName', 'variables', 'extensions'] as const;

/** The same fields without those that are the empty string. */
export function withoutEmpty(sent: Record<string, unknown>): Record<string, unknown> {
  if (MAY_BE_EMPTY.every((name) => sent[name] !== '')) return sent;
  const given = { ...sent };
  for (const name of MAY_BE_EMPTY) {
    if (given[name] === '') delete given[name];
  }
  return given;
}

/** The operation in these fields of a body or an address; null for none, or where one of them is no such thing. */
export function sentOperation(sent: Record<string, unknown>): SentOperation | null {
  const { query, operationName, variables } = withoutEmpty(sent);
  if (typeof query !== 'string') return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  if (variables != null && !isRecord(variables)) return null;
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}
