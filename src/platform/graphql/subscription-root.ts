import {
  getEnterLeaveForKind,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  SingleFieldSubscriptionsRule,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

const SWITCHES = new Set(['skip', 'include']);
const MESSAGE =
  '@skip and @include are not allowed on the root field of a subscription: it would have nothing to tell. Leave the operation out instead.';

/** The selections of a subscription's root, through fragments. */
function rootSelections(
  selectionSet: SelectionSetNode,
  context: ValidationContext,
  seen = new Set<string>(),
): SelectionNode[] {
  return selectionSet.selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    if (node.kind === Kind.INLINE_FRAGMENT) {
      return [node, ...rootSelections(node.selectionSet, context, seen)];
    }
    const name = node.name.value;
    const fragment = seen.has(name) ? null : context.getFragment(name);
    seen.add(name);
    return fragment == null ? [node] : [node, ...rootSelections(fragment.selectionSet, context, seen)];
  });
}

/**
 * A subscription has exactly one root field, which no directive may switch off (GraphQL, September 2025, 5.2.4.1). The
 * rule of graphql-js 16 throws where a variable would decide, and lets a literal pass, with which it then fails.
 */
export const SubscriptionRootRule: ValidationRule = (context) => {
  const single = getEnterLeaveForKind(SingleFieldSubscriptionsRule(context), Kind.OPERATION_DEFINITION);
  return {
    OperationDefinition(...visited) {
      const [operation] = visited;
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return;
      const nodes = rootSelections(operation.selectionSet, context).flatMap(({ directives = [] }) =>
        directives.filter(({ name }) => SWITCHES.has(name.value)),
      );
      if (nodes.length > 0) context.reportError(new GraphQLError(MESSAGE, { nodes }));
      else single.enter?.(...visited);
    },
  };
};
