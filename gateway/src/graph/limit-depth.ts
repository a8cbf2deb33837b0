import { type FragmentDefinitionNode, GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from 'graphql';

/** A validation rule that refuses operations nested deeper than `max` fields; introspection does not count. */
export function limitDepth(max: number): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const fragment = (name: string) => context.getFragment(name) ?? undefined;
      const depth = depthOf(operation.selectionSet, fragment, new Set(), max);
      if (depth <= max) return;
      const message = `The operation is nested deeper than ${max} fields`;
      context.reportError(new GraphQLError(message, { nodes: operation }));
    },
  });
}

type FindFragment = (name: string) => FragmentDefinitionNode | undefined;

function depthOf(set: SelectionSetNode, find: FindFragment, open: Set<string>, left: number): number {
  if (left < 0) return 1;
  let deepest = 0;
  for (const selection of set.selections) {
    let depth = 0;
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith('__')) continue;
      depth = 1 + (selection.selectionSet ? depthOf(selection.selectionSet, find, open, left - 1) : 0);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      depth = depthOf(selection.selectionSet, find, open, left);
    } else {
      const name = selection.name.value;
      const fragment = find(name);
      // A cycle is reported by a rule of its own.
      if (fragment && !open.has(name)) depth = depthOf(fragment.selectionSet, find, new Set([...open, name]), left);
    }
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
