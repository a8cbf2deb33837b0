import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export interface Measure {
  /** The depth of nested fields; introspection does not count. */
  depth: number;
  /** The number of root fields. */
  fields: number;
  aliases: number;
  directives: number;
}

const nothing: Measure = { depth: 0, fields: 0, aliases: 0, directives: 0 };

/**
 * Measures the operations of a document; a fragment counts as often as it is spread. Each fragment is visited once,
 * also for several operations and if fragments spread each other many times.
 */
export function createMeasure(document: DocumentNode): (operation: OperationDefinitionNode) => Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Measure>();

  function ofSet(set: SelectionSetNode | undefined): Measure {
    return (set?.selections ?? []).map(ofSelection).reduce(together, nothing);
  }

  function ofSelection(selection: SelectionNode): Measure {
    const own = { ...nothing, directives: selection.directives?.length ?? 0 };
    if (selection.kind === Kind.INLINE_FRAGMENT) return together(own, ofSet(selection.selectionSet));
    if (selection.kind === Kind.FRAGMENT_SPREAD) return together(own, ofFragment(selection.name.value));
    const below = ofSet(selection.selectionSet);
    return {
      depth: selection.name.value.startsWith('__') ? 0 : 1 + below.depth,
      fields: 1,
      aliases: below.aliases + (selection.alias ? 1 : 0),
      directives: below.directives + own.directives,
    };
  }

  function ofFragment(name: string): Measure {
    const known = measured.get(name);
    if (known) return known;
    // Set while the fragment is being visited, so that a cycle ends; validation reports it.
    measured.set(name, nothing);
    const fragment = fragments.get(name);
    const measure = together(
      { ...nothing, directives: fragment?.directives?.length ?? 0 },
      ofSet(fragment?.selectionSet),
    );
    measured.set(name, measure);
    return measure;
  }

  return ({ directives, selectionSet }) =>
    together({ ...nothing, directives: directives?.length ?? 0 }, ofSet(selectionSet));
}

function together(one: Measure, other: Measure): Measure {
  return {
    depth: Math.max(one.depth, other.depth),
    fields: one.fields + other.fields,
    aliases: one.aliases + other.aliases,
    directives: one.directives + other.directives,
  };
}
