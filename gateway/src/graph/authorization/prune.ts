import {
  type DocumentNode,
  type FragmentDefinitionNode,
  isAbstractType,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { listVariables } from '../../graphql/ast.ts';
import type { SelectedField, Selections, Spread } from './selections.ts';

export interface Pruned {
  /** The operation that remains, or null if nothing does. */
  document: DocumentNode | null;
  /** Fields that were removed because they are refused or because everything selected on them is. */
  removed: Set<SelectedField>;
  /** Variables that the pruned operation no longer declares because it does not use them. */
  dropped: string[];
  /**
   * The response name under which the pruned operation asks for an object's type where the schema does not determine
   * it.
   */
  typename: string;
}

const nameNode = (value: string): NameNode => ({ kind: Kind.NAME, value });
const setOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({ kind: Kind.SELECTION_SET, selections });

/**
 * Removes each field with a refused requirement from an operation, and each field that then selects nothing. A field
 * whose selection is empty only because of @skip or @include stays, to find out whether it is null. Unused variables
 * are no longer declared.
 */
export function pruneOperation(options: {
  operation: OperationDefinitionNode;
  root: Selections;
  refused: ReadonlySet<number>;
  /** Every name in the document; a generated name is none of these. */
  taken: ReadonlySet<string>;
}): Pruned {
  const { operation, root, refused } = options;
  const taken = new Set(options.taken);
  const removed = new Set<SelectedField>();
  const fragments = new Map<Selections, FragmentDefinitionNode | null>();
  const typename = unused('ownType', taken);
  const ownType: SelectionNode = { kind: Kind.FIELD, alias: nameNode(typename), name: nameNode('__typename') };

  const prune = ({ items }: Selections): SelectionNode[] =>
    items.flatMap((item) => ('needs' in item ? pruneField(item) : pruneSpread(item)) ?? []);

  function pruneField(field: SelectedField): SelectionNode | null {
    const { node, needs, below } = field;
    if (!needs.some((need) => refused.has(need))) {
      if (!below) return node;
      const left = prune(below);
      if (left.length > 0 || isConditional(below)) {
        const hidden = left.length === 0 || isAbstractType(below.type) ? [ownType] : [];
        return { ...node, selectionSet: setOf([...left, ...hidden]) };
      }
    }
    removed.add(field);
    return null;
  }

  function pruneSpread({ node, below }: Spread): SelectionNode | null {
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const left = prune(below);
      return left.length > 0 ? { ...node, selectionSet: setOf(left) } : null;
    }
    const fragment = pruneFragment(node.name.value, below);
    return fragment && { ...node, name: fragment.name };
  }

  function pruneFragment(name: string, below: Selections): FragmentDefinitionNode | null {
    const known = fragments.get(below);
    if (known !== undefined) return known;
    const left = prune(below);
    const fragment: FragmentDefinitionNode | null =
      left.length === 0
        ? null
        : {
            kind: Kind.FRAGMENT_DEFINITION,
            name: nameNode(unused(`${name}_`, taken)),
            typeCondition: { kind: Kind.NAMED_TYPE, name: nameNode(below.type.name) },
            selectionSet: setOf(left),
          };
    fragments.set(below, fragment);
    return fragment;
  }

  const left = prune(root);
  const kept = [...fragments.values()].filter((fragment) => fragment !== null);
  const whole = { ...operation, selectionSet: setOf(left) };
  const used = new Set([{ ...whole, variableDefinitions: [] }, ...kept].flatMap(listVariables));
  const [variableDefinitions, unneeded] = partition(operation.variableDefinitions ?? [], ({ variable }) =>
    used.has(variable.name.value),
  );
  const definitions = [{ ...whole, variableDefinitions }, ...kept];
  const dropped = unneeded.map(({ variable }) => variable.name.value);
  return { document: left.length > 0 ? { kind: Kind.DOCUMENT, definitions } : null, removed, dropped, typename };
}

/** Whether a selected field, here or in a fragment, may be left out by @skip or @include. */
function isConditional(selections: Selections, seen = new Set<Selections>()): boolean {
  if (seen.has(selections)) return false;
  seen.add(selections);
  return selections.items.some(
    (item) => (item.node.directives ?? []).length > 0 || (!('needs' in item) && isConditional(item.below, seen)),
  );
}

function unused(name: string, taken: Set<string>): string {
  if (taken.has(name)) return unused(`${name}_`, taken);
  taken.add(name);
  return name;
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
