import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql';

/** Every field an operation selects at its top, in fragments too, whether or not it is skipped. */
export function rootFields(set: SelectionSetNode, document: DocumentNode, seen = new Set<string>()): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, document, seen);
    const { value } = selection.name;
    if (seen.has(value)) return [];
    seen.add(value);
    return document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === value
        ? rootFields(definition.selectionSet, document, seen)
        : [],
    );
  });
}
