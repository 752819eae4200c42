import { isRecord } from '../../kernel/record.ts';

/** One operation as a client sent it over HTTP. */
export interface SentOperation {
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
}

/** The operation in these fields of a body or an address; null for none, or where one of them is no such thing. */
export function sentOperation({
  query,
  operationName,
  variables,
}: Record<string, unknown>): SentOperation | null {
  if (typeof query !== 'string') return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  if (variables != null && !isRecord(variables)) return null;
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}
