import { Kind, type OperationDefinitionNode, parse } from 'graphql';

/** The operation that is to run, or why none can. */
export type Choice = { operation: OperationDefinitionNode } | { fault: string };

const NOTHING = 'Tidak ada operasi untuk dijalankan · There is no operation to run';

/** Of several operations, the one that the named one is; else the first. */
export function chooseOperation(document: string, name: string | null): Choice {
  try {
    const operations = operationsIn(document);
    const operation = operations.find((one) => one.name?.value === name) ?? operations[0];
    return operation ? { operation } : { fault: NOTHING };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

function operationsIn(document: string): OperationDefinitionNode[] {
  return parse(document).definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
}

/** The names of the operations, where there are several to choose from. */
export function operationNames(document: string): string[] {
  try {
    const names = operationsIn(document).flatMap(({ name }) => (name ? [name.value] : []));
    return names.length > 1 ? names : [];
  } catch {
    return [];
  }
}
