import {
  type ASTNode,
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';

/** A prepared operation in the form that its limits need. */
export function getOperation({ schema, document, operationName, variableValues }: ExecutionArgs) {
  return { schema, document, operationName: operationName ?? null, variables: { ...variableValues } };
}

/** The value of an AST node with its variables replaced; undefined for a variable that is not given. */
export function readValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  return valueFromASTUntyped(node, { ...variables });
}

/** Every root field of an operation, in fragments too, whether or not it is skipped. */
export function listRootFields(set: SelectionSetNode, document: DocumentNode, seen = new Set<string>()): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return listRootFields(selection.selectionSet, document, seen);
    const { value } = selection.name;
    if (seen.has(value)) return [];
    seen.add(value);
    return document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === value
        ? listRootFields(definition.selectionSet, document, seen)
        : [],
    );
  });
}

/** Every name in a document. */
export function listNames(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Name: ({ value }) => void names.add(value) });
  return names;
}

/** The names of the variables used below a node. */
export function listVariables(node: ASTNode): string[] {
  const names: string[] = [];
  visit(node, { Variable: ({ name }) => void names.push(name.value) });
  return names;
}

/** The fragments a node spreads, directly or through other fragments, each once. */
export function listUsedFragments(node: ASTNode, document: DocumentNode): FragmentDefinitionNode[] {
  const found = new Set<FragmentDefinitionNode>();
  const collect = (from: ASTNode) =>
    visit(from, {
      FragmentSpread({ name }) {
        for (const definition of document.definitions) {
          if (definition.kind !== Kind.FRAGMENT_DEFINITION || definition.name.value !== name.value) continue;
          if (found.has(definition)) continue;
          found.add(definition);
          collect(definition);
        }
      },
    });
  collect(node);
  return [...found];
}

/** The one field of a subscription, also inside a fragment; null if it is skipped or conditional. */
export function getRootField(set: SelectionSetNode, document: DocumentNode): FieldNode | null {
  const [selection] = set.selections;
  if (!selection || set.selections.length > 1 || selection.directives?.length) return null;
  if (selection.kind === Kind.FIELD) return selection;
  if (selection.kind === Kind.INLINE_FRAGMENT) return getRootField(selection.selectionSet, document);
  const fragment = listUsedFragments(set, document).find(({ name }) => name.value === selection.name.value);
  return fragment ? getRootField(fragment.selectionSet, document) : null;
}
