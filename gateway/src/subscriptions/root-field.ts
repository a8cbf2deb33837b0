import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsUsedBy } from './document-parts.ts';

/** The one field a subscription selects, also where it stands in a fragment; null where it is skipped or conditional. */
export function rootField(set: SelectionSetNode, document: DocumentNode): FieldNode | null {
  const [selection] = set.selections;
  if (!selection || set.selections.length > 1 || selection.directives?.length) return null;
  if (selection.kind === Kind.FIELD) return selection;
  if (selection.kind === Kind.INLINE_FRAGMENT) return rootField(selection.selectionSet, document);
  const fragment = fragmentsUsedBy(set, document).find(({ name }) => name.value === selection.name.value);
  return fragment ? rootField(fragment.selectionSet, document) : null;
}
