import { GraphQLError, Kind, type SelectionNode, type SelectionSetNode, type ValidationRule } from 'graphql';

/**
 * A validation rule that refuses operations nested deeper than `max` fields; introspection does not count. Each fragment
 * is looked at once, so that fragments which spread each other many times cost no more than their text.
 */
export function limitDepth(max: number): ValidationRule {
  return (context) => {
    const depths = new Map<string, number>();

    function depthOf(set: SelectionSetNode | undefined): number {
      return (set?.selections ?? []).reduce((depth, selection) => Math.max(depth, depthOfSelection(selection)), 0);
    }

    function depthOfSelection(selection: SelectionNode): number {
      if (selection.kind === Kind.INLINE_FRAGMENT) return depthOf(selection.selectionSet);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return depthOfFragment(selection.name.value);
      return selection.name.value.startsWith('__') ? 0 : 1 + depthOf(selection.selectionSet);
    }

    function depthOfFragment(name: string): number {
      const known = depths.get(name);
      if (known !== undefined) return known;
      // Stands while the fragment is open, so that a cycle ends; a rule of its own reports it.
      depths.set(name, 0);
      const depth = depthOf(context.getFragment(name)?.selectionSet);
      depths.set(name, depth);
      return depth;
    }

    return {
      OperationDefinition(operation) {
        if (depthOf(operation.selectionSet) <= max) return;
        context.reportError(
          new GraphQLError(`The operation is nested deeper than ${max} fields`, { nodes: operation }),
        );
      },
    };
  };
}
